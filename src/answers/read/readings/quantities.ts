/** Numbers with units, money and nouns. Each line: an answer → its reading; ⏎ is a new line. */
export const quantities = String.raw`
28% → 28 [%]
28\% → 28 [%]
28 pct → 28 [pct]
28 percent → 28 [percent]
28 per cent → 28 [per cent]
5‰ → 5 [‰]
$5 → 5 [$]
\$5 → 5 [$]
5 dollars → 5 [dollars]
€5 → 5 [€]
5 EUR → 5 [EUR]
£3.50 → 3.50 [£]
US$5 → 5 [US$]
5 bucks → 5 [bucks]
50 cents → 50 [cents]
$5 per hour → 5 [$ per hour]
$5.50 per person → 5.50 [$] "per person"
$1.5 million → 1500000 [$]
90° → 90 [°]
90^\circ → 90 [°]
90 degrees → 90 [degrees]
90^{\circ} → 90 [°]
30°15'20" → 2723/90 [°]
5 km/h → 5 [km/h]
9.8 m/s^2 → 9.8 [m/s^2]
9.8\ \text{m/s}^2 → 9.8 [m/s^2]
5\text{ cm} → 5 [cm]
5\,\mathrm{cm}^2 → 5 [cm^2]
12 square meters → 12 [square meters]
18 eggs → 18 "egg"
5 m → 5 [m]
5m → 5 [m]
five apples → 5 "apple"
2 hours 30 minutes → 150 [minutes]
5 feet 3 inches → 63 [inches]
2h30m → 150 [min]
2 apples and 3 pears → list(2 "apple", 3 "pear")
5 \times 10^{3} m → 5000 [m]
5 apples left → 5 "apple"
5 red apples → 5 "red apple"
7 people → 7 "person"
18 eggs per day → 18 "egg per day"
5th → 5 "th"
5% → 5 [%]
5% of the class → 5 [%]
12% per year → 12 [%] "per year"
-$5 → -5 [$]
$-5 → -5 [$]
$5 million → 5000000 [$]
5 million dollars → 5000000 [dollars]
1/2 cup → 1/2 [cup]
\frac{1}{2} cup → 1/2 [cup]
36 sq ft → 36 [sq ft]
60 mph → 60 [mph]
60 miles per hour → 60 [miles per hour]
37°C → 37 [°C]
98.6 °F → 98.6 [°F]
37^\circ\text{C} → 37 [°C]
100 K → 100 [K]
45^\circ → 45 [°]
2½ cups → 5/2 [cups]
5′ → 60 [inches]
£1,234.56 → 1234.56 [£]
1.234,56 € → 1234.56 [€]
10 cm → 10 [cm]
10cm → 10 [cm]
10 cm² → 10 [cm^{2}]
2 and a half cups → 5/2 [cups]
3.2 million people → 3200000 "person"
\$1,000 → 1000 [$]
$1,000,000 → 1000000 [$]
1,000 dollars → 1000 [dollars]
1000USD → 1000 [USD]
USD 1000 → 1000 [USD]
5.50 USD → 5.50 [USD]
\$5.50\text{ per hour} → 5.50 [$ per hour]
\text{5 dollars} → 5 [dollars]
5\text{ dollars} → 5 [dollars]
12\text{ inches} → 12 [inches]
12 in → 12 [in]
12 in. → 12 [in]
5 ft → 5 [ft]
100 km/hr → 100 [km/hr]
3\text{ hours} → 3 [hours]
45 minutes → 45 [minutes]
2 h → 2 [h]
30s → 30 [s]
0.5\% → 0.5 [%]
50\,\% → 50 [%]
33\frac{1}{3}\% → 100/3 [%]
33 1/3% → 100/3 [%]
x = 5 \text{ cm} → x = 5 [cm]
x = 5 cm → x = 5 [cm]
approximately 12.5 cm → ~12.5 [cm]
about 5 apples → ~5 "apple"
\frac{3}{4} \text{ cup} → 3/4 [cup]
75% of students → 75 [%]
two apples → 2 "apple"
half an hour → 1/2 [hour]
a dozen eggs → 12 "egg"
2 dozen eggs → 24 "egg"
seven and a half minutes → 15/2 [minutes]
3rd → 3 "rd"
1h 30min → 90 [min]
1 hour and 30 minutes → 90 [minutes]
90 min → 90 [min]
1.5 h → 1.5 [h]
1.5 hours → 1.5 [hours]
3 weeks → 3 [weeks]
100% → 100 [%]
\$2.5\text{ million} → 2500000 [$]
€1.234,56 → 1234.56 [€]
¥500 → 500 [¥]
₹500 → 500 [₹]
Rs. 500 → 500 [Rs]
CHF 20 → 20 [CHF]
-\$3.50 → -3.50 [$]
(\$3.50) → 3.50 [$]
25¢ → 25 [¢]
$0.50 each → 0.50 [$]
$15 total → 15 [$]
\frac{3}{4}\% → 3/4 [%]
12 eggs in total → 12 "egg"
12 eggs remaining → 12 "egg"
4 more apples → 4 "apple"
6 boxes of chocolates → 6 "box"
10 boys and 12 girls → list(10 "boy", 12 "girl")
5 children → 5 "child"
3 men → 3 "man"
8 lives → 8 "life"
9 potatoes → 9 "potato"
2 boxes → 2 "box"
6 buses → 6 "bus"
7 glasses → 7 "glass"
10^{\circ}C → 10 [°C]
-40 °F → -40 [°F]
5' → 60 [inches]
5 kg·m/s² → 5 [kg*m/s^{2}]
5\ \mathrm{N\cdot m} → 5 [N* m]
3 \times 10^8 \text{ m/s} → 300000000 [m/s]
3.0 × 10⁸ m/s → 300000000 [m/s]
9.81 m s^{-2} → 9.81 [m s^{-2}]
2.5 L → 2.5 [L]
250 mL → 250 [mL]
4 cm^3 → 4 [cm^3]
4\text{ cm}^3 → 4 [cm^3]
4 cubic meters → 4 [cubic meters]
3 sq. ft. → 3 [sq ft]
2 km 300 m → 2300 [m]
6'2" → 74 [inches]
12% → 12 [%]
12 % → 12 [%]
６％ → 6 [%]
16 \text{ hours } 44 \text{ minutes} → 1004 [minutes]
`;
