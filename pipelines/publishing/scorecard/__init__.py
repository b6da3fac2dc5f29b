"""The scorecard: web pages for those who never open a terminal, made of published tables alone.

`writing.write_scorecard` is the way in. The pages are whole without a script, load nothing and send nothing.
"""
