-- code of the dictionary: in the order that figures/codes.sql numbers them in
SELECT vendor, layer, platform, code, meaning_zh, meaning_en
FROM codes
ORDER BY place
