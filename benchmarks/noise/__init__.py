"""How loud the threat packs are: findings on systems, beside what a review of these systems would keep."""
