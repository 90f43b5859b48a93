"""What is true: values, rules, findings, file schemas, redaction. No I/O, no Qt, no text."""
