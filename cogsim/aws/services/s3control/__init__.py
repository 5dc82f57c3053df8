"""What a whole account has of Amazon S3: its Block Public Access. May import `aws` and what lies below it."""
