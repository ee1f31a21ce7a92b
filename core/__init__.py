"""What every part of Yigou stands on; knows no domain and no Flask."""
