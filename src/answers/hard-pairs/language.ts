/** Hard pairs of measures, dates, choices and words: `gold ≡ answer`, `gold ≢ answer`, `  // why`. */
export const language: Readonly<Record<string, string>> = {
  money: String.raw`
$5 ≡ 5 dollars
\$5 ≡ 5
$0.50 ≡ 50 cents
$5 ≢ €5
$5 ≢ 5 cents
$1,234.50 ≡ 1234.5
€1.234,50 ≡ 1234.50 euros
$5 ≡ USD 5
5 bucks ≡ $5
-$5 ≡ $-5
$5 million ≡ 5,000,000 dollars
$18.90 ≡ 18.9
$18.90 ≢ 18.99
5 € ≡ €5.00
`,
  unit: String.raw`
10 cm ≢ 10 m
1 m ≡ 100 cm
10 cm ≡ 10  // the policy missingUnit
10\text{ cm} ≡ 10\,\mathrm{cm}
5 km/h ≡ 5 kilometers per hour
36 km/h ≡ 10 m/s
5 cm^2 ≢ 5 cm
5 cm^2 ≡ 5 square centimeters
5 cm² ≡ 5\text{ cm}^2
1 hour ≡ 60 minutes
90 minutes ≡ 1.5 hours
2 kg ≡ 2000 g
1 mile ≡ 5280 feet
12 inches ≡ 1 foot
3 ft ≢ 3 m
1 L ≡ 1000 mL
1000 cm^3 ≡ 1 L
100 °C ≡ 212 °F
0 °C ≢ 0 °F
5 MW ≢ 5 mW
1 kWh ≡ 3.6 MJ
1 N ≡ 1 kg·m/s²
60 mph ≡ 60 miles per hour
10\text{ units} ≡ 10
10\text{ units} ≢ 100
15\text{ square units} ≡ 15
25\pi \text{ cm}^2 ≡ 25\pi
\frac{1}{2}\text{ mile} ≡ 0.5 mi
20 m/s ≢ 20 m
2 hours 30 minutes ≡ 150 minutes
2 hours 30 minutes ≢ 2.3 hours
5 feet ≢ 5 pounds
`,
  noun: String.raw`
18 eggs ≡ 18
18 eggs ≢ 18 apples
18 eggs ≢ 19 eggs
1 apple ≡ 1
2,000 people ≡ 2000 people
eighteen eggs ≡ 18
`,
  angle: String.raw`
90° ≡ 90^\circ
90^\circ ≡ 90
90^{\circ} ≡ 90 degrees
180^\circ ≡ \pi \text{ radians}
30°15' ≡ 30.25°
30°15' ≢ 30.15°
1° ≢ 1 rad
45^\circ ≢ 54^\circ
`,
  date: String.raw`
March 5, 2024 ≡ 2024-03-05
5 March 2024 ≡ 5th of March, 2024
03/14/2024 ≡ March 14, 2024
2024-03-05 ≢ 2024-05-03
March 5 ≢ March 6
Tuesday ≡ tuesday
Tuesday ≢ Wednesday
June 1999 ≢ June 2000
`,
  time: String.raw`
3:45 pm ≡ 15:45
3:45 pm ≢ 3:45 am
3:45 PM ≡ 3:45 p.m.
noon ≡ 12:00 pm
midnight ≡ 12:00 am
midnight ≢ noon
12:00 ≢ 1:00
2:30 pm ≡ 14:30
9:05 ≢ 9:50
`,
  words: String.raw`
twelve ≡ 12
twenty-three ≡ 23
one half ≡ 1/2
three quarters ≡ 0.75
one hundred and five ≡ 105
minus four ≡ -4
1.5 million ≡ 1500000
two and a half ≡ 2.5
three dozen ≡ 36
twelve ≢ 20
`,
  truth: String.raw`
yes ≡ Yes
true ≡ True
Yes. ≡ \text{Yes}
yes ≢ no
true ≢ false
no ≢ none
`,
  text: String.raw`
Paris ≡ paris
Paris ≢ London
The Eiffel Tower ≡ eiffel tower
café ≡ cafe
\text{Evelyn} ≡ Evelyn
\text{hyperbola} ≡ hyperbola
\textbf{hyperbola} ≡ Hyperbola.
even ≢ odd
New York ≢ York  // no credit for a part
not prime ≢ prime
increasing ≢ decreasing
isosceles triangle ≡ Isosceles  triangle
`,
  choice: String.raw`
B ≡ (B)
B ≡ \text{(B)}
B ≡ B.
B ≢ C
(A) ≢ A, C
A, C ≡ C, A
Option C ≡ C
(B) 12 ≡ B
(B) 12 ≢ C
\textbf{(D)} ≡ D
D ≡ \mathrm{D}
C ≢ E
`,
  nothing: String.raw`
no solution ≡ No solutions
\emptyset ≡ no solution
\varnothing ≡ ∅
no solution ≢ 0
undefined ≢ 0
undefined ≡ \text{undefined}
\infty ≡ infinity
\infty ≢ -\infty
\infty ≢ 10^{1000}
+\infty ≡ \infty
\mathbb{R} ≡ ℝ
\mathbb{R} ≢ \mathbb{Z}
all real numbers ≡ \mathbb{R}
`,
};
