select * exclude (is_latest) from scorecard_history where is_latest
