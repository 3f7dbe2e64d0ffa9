"""How much personal data gets into the open marts, measured: redaction, k-anonymity and linkage."""
