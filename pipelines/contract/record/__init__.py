"""The log record: its fields, the rules of their values, masking, and the parts that hold records."""
