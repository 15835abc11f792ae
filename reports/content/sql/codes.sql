-- code of the dictionary: in the order that figures/codes.sql numbers them in
SELECT vendor, layer, platform, code, meaning_zh, meaning_en
FROM result_codes
ORDER BY vendor, layer, platform, code
