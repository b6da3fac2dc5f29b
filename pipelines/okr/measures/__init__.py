"""What is done about a goal, and whether it helped."""
