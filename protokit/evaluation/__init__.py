"""Is the idea right? The dataset, the scorecard, the judge, the trace of one answer."""
