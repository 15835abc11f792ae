"""Names, words, numbers and days as the pages write them, in Chinese and English."""
