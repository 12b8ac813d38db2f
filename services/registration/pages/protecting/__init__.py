"""What a data-protection officer does: somebody is found, given what is known of them, erased; and the receipts."""
