"""What suppliers are owed for accepted goods, when it is due, and paying it out."""
