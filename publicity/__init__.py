"""Public notices (gongshi): frozen content, a minimum time, objections with answers, a result."""
