"""What every source is made with."""
