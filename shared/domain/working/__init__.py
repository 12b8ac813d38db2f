"""When people work: hours of a day by their clock, and days without holidays."""
