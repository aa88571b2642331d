"""From what a prototype's visitors did to a decision: metrics, criteria, SQL, the memo."""
