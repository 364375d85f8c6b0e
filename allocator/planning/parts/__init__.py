"""One big region, planned part by part: what couples the parts is priced."""
