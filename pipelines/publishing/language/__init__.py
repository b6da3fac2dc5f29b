"""What Okra says to people: texts, numbers, days and sentences in the language of the reader."""
