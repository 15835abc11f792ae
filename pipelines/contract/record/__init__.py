"""What a log record is: its fields, the rules of their values, masking, and the parts that hold records."""
