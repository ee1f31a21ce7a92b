"""Reading from all: the open books and the operator's desk."""
