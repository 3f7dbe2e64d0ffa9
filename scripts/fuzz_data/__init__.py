"""Broken deliveries by the thousand: each must end as loaded, quarantined with a reason, or refused with a message."""
