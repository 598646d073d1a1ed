"""What is told to others: best effort, and never before it is true."""
