/** Hard pairs of numbers and constants: `gold ≡ answer`, `gold ≢ answer`, `  // why`. */
export const numbers: Readonly<Record<string, string>> = {
  integer: String.raw`
42 ≡ 42.0
42 ≡ 042
-0 ≡ 0
+7 ≡ 7
7. ≡ 7
−3 ≡ -3
-(-3) ≡ 3
1,000 ≡ 1000
1,000,000 ≡ 1000000
1 000 000 ≡ 1000000
1{,}000 ≡ 1000
10\,000 ≡ 1e4
1'234'567 ≡ 1234567
1.234.567 ≡ 1234567
1,000 ≢ 1  // a group, not a decimal comma
1,2345 ≢ 12345  // no group has four digits
1,00 ≢ 100
1005 ≢ 1000  // closeness is not equality
100 ≢ 1000
12 ≢ 21
12345678901234567890 ≢ 12345678901234567891  // equal as doubles
12345678901234567890 ≡ 12345678901234567890.0
9007199254740993 ≢ 9007199254740992
2^{53}+1 ≡ 9007199254740993
100000000000000000000000000000001 ≢ 100000000000000000000000000000000
2^{1000}+1 ≢ 2^{1000}
12 ≢ 123  // no credit for a prefix
7 ≢ 17
$3$ ≡ \boxed{3}
\text{42} ≡ 42
3 ≢ 3!
(9+1) ≡ 10
17 \cdot 3 ≡ 51
7 - 12 ≡ -5
`,
  fraction: String.raw`
1/2 ≡ 0.5
\frac12 ≡ 0.5
\frac 1 2 ≡ 0.5  // TeX takes single characters
\frac{1}2 ≡ 0.5
\frac1{72} ≡ 1/72
\dfrac{2}{4} ≡ \tfrac{1}{2}
\cfrac{3}{4} ≡ 0.75
\frac{3}{-4} ≡ -0.75
\tfrac{-3}{4} ≡ -\tfrac34
-\frac{3}{4} ≢ \frac{3}{4}
-1/-2 ≡ 0.5
½ ≡ 0.5
⅔ ≡ 2/3
3½ ≡ 7/2
3\frac{1}{2} ≡ 3.5
3 1/2 ≡ 7/2
3 1/2 ≢ 31/2
3\frac{1}{2} ≢ \frac{3}{2}  // mixed, not a product
-2\frac{1}{4} ≡ -2.25
-2\frac14 ≢ -1.75  // the sign is that of the whole
3 \cdot \frac{1}{2} ≡ 1.5
1/3 ≢ 3
1/0 ≢ 0
\frac{1}{3} ≢ \frac{1}{33}
\frac{15}{24} ≡ 5/8
15 \div 24 ≡ \frac{5}{8}
2/3/4 ≡ 1/6  // from left to right
2:3 ≡ 4:6
3:4 ≢ 4:3
\frac{1}{1999!} ≢ \frac{1}{2001!}  // both are 0 as doubles
3^{-80} ≢ 3^{-81}
1 - \frac{1}{e} ≢ 1 + \frac{1}{e}
`,
  decimal: String.raw`
.5 ≡ 0.5
-.5 ≡ -1/2
0.50 ≡ 0.5
0,5 ≡ 1/2  // decimal comma
3,14 ≡ 3.14
1,234.56 ≡ 1234.56
1.234,56 ≡ 1234.56
0{,}25 ≡ 0.25
0.1+0.2 ≡ 0.3
0.1+0.2 ≢ 0.30000000000000004
0.999 ≢ 1
0.5 ≢ 0.49
0.1 ≢ 0.01
1e-9 ≢ 2e-9  // within 10⁻⁶ of each other
1e-400 ≢ 2e-400
1e-9 ≢ 0
0.000001 ≢ 0
123456789.123456789 ≢ 123456789.123456788
0.125 ≡ \frac18
2.50 ≡ 2\frac12
0.33 ≡ 1/3  // rounded to two places
0.3333 ≡ 1/3
0.3 ≢ 1/3  // one place says too little
0.34 ≢ 1/3
0.667 ≡ 2/3
0.666 ≢ 2/3  // cut off, not rounded
0.0833333 ≡ \frac{1}{12}
33.33 ≡ \frac{100}{3}
3.14 ≡ \pi
3.1416 ≡ \pi
3.1415 ≢ \pi
22/7 ≢ \pi
1.41 ≡ \sqrt{2}
1.42 ≢ \sqrt2
9.869604402 ≢ \pi^2
2.71828 ≡ e
`,
  repeating: String.raw`
0.\overline{9} ≡ 1
0.999... ≡ 1
0.\overline{3} ≡ 1/3
0.3(3) ≡ 1/3
0.1\overline{6} ≡ \frac{1}{6}
0.\overline{142857} ≡ \frac17
0.\overline{12} ≢ 0.1\overline{2}
0.\overline{12} ≡ \frac{4}{33}
0.\dot{6} ≡ \frac{2}{3}
0.333\ldots ≡ \frac13
0.(27) ≡ 3/11
0.(27) ≢ 0.28
1.\overline{09} ≡ \frac{12}{11}
-0.\overline{5} ≡ -5/9
`,
  scientific: String.raw`
6.02e23 ≡ 6.02 \times 10^{23}
6.02 \cdot 10^{23} ≡ 602 \times 10^{21}
1.5E3 ≡ 1500
1.5 × 10^-3 ≡ 0.0015
1.5 × 10⁻³ ≡ 0.0015
10^{-3} ≡ 0.001
1e400 ≡ 10^{400}
4 \times 10^5 ≢ 4 \times 10^6
1e5 ≢ 1e6
1e999999999 ≢ 2e999999999
1e999999999 ≡ 1e999999999
2.5*10^2 ≡ 250
`,
  percent: String.raw`
28\% ≡ 28  // the policy percent=either
28% ≡ 0.28
28 ≢ 0.28
28 pct ≡ 28%
28% ≢ 0.28%
28% ≢ 2.8
150% ≡ 1.5
12.5 percent ≡ \frac{1}{8}
50 per cent ≡ \frac{1}{2}
33\frac{1}{3}\% ≡ \frac{1}{3}
5‰ ≡ 0.5%
10\% ≢ 100\%
`,
  base: String.raw`
1011_2 ≡ 1011_{2}
1011_2 ≢ 1011_3
1011_{\text{two}} ≡ 1011_2
1011_2 ≡ 11_{10}
2A_{16} ≡ 42_{10}
0xFF ≡ 0xff
0xFF ≡ 255
0b1011 ≡ 1011 (base 2)
52_8 ≢ 52_7
10210_3 ≢ 10201_3
`,
  power: String.raw`
2^{10} ≡ 1024
2**10 ≡ 1024
2^10 ≡ 1024
2^{-3} ≡ 0.125
(-2)^2 ≡ 4
-2^2 ≡ -4
-2^2 ≢ 4
2^{3^2} ≡ 512  // from the right
2^{3^2} ≢ 64
8^{2/3} ≡ 4
27^{-2/3} ≡ 1/9
16^{1/2} ≢ -4
10^{100} ≢ 10^{100}+1
2^{100} \cdot 2^{100} ≡ 4^{100}
9^{9^{9^9}} ≡ 9^{9^{9^9}}
9^{9^{9^9}} ≢ 9^{9^{9^8}}
9^{9^{9^9}} ≢ 0
x^2 ≢ x^3
3^{2} ≢ 32
`,
  radical: String.raw`
\sqrt{8} ≡ 2\sqrt{2}
\sqrt8 ≡ 2\sqrt2
2√2 ≡ sqrt(8)
\frac{1}{\sqrt{2}} ≡ \frac{\sqrt{2}}{2}
\frac{1}{\sqrt{3}-1} ≡ \frac{\sqrt{3}+1}{2}
\sqrt{3+2\sqrt{2}} ≡ 1+\sqrt{2}
\sqrt[3]{54} ≡ 3\sqrt[3]{2}
\sqrt[4]{4} ≡ \sqrt2
\sqrt{2}+\sqrt{3} ≢ \sqrt{5}
\sqrt{2}\sqrt{3} ≡ \sqrt{6}
\frac{\sqrt{10}}{\sqrt{5}} ≡ \sqrt2
5\sqrt{13} ≡ \sqrt{325}
\sqrt{16} ≡ 4
\sqrt{16} ≢ \pm 4
\sqrt{2} + 10^{-30} ≢ \sqrt{2}
\sqrt{10^{40}+1} ≢ 10^{20}  // the root is 5·10⁻²¹ larger
\sqrt[3]{2+\sqrt{5}} + \sqrt[3]{2-\sqrt{5}} ≢ 2
\frac{\sqrt{2+\sqrt3}}{4+\sqrt{5}} ≡ \frac{\sqrt{\sqrt3+2}}{\sqrt5+4}
\sqrt{5+2\sqrt{6}} ≡ \sqrt{2}+\sqrt{3}
\frac{2+\sqrt{8}}{2} ≡ 1+\sqrt{2}
\frac{1+\sqrt{5}}{2} ≢ \frac{1-\sqrt{5}}{2}
\frac{1+\sqrt5}{2} ≢ 1.6
3\sqrt{5} ≢ 5\sqrt{3}
sqrt 2 ≡ \sqrt{2}
√50 ≡ 5√2
\sqrt{\frac{1}{4}} ≡ 0.5
2^{1/2} ≡ \sqrt 2
`,
  log: String.raw`
\log_2 8 ≡ 3
\log_{2}{8} ≡ 3
\log 100 ≡ 2
\lg 1000 ≡ 3
\ln e^2 ≡ 2
\ln 8 ≡ 3\ln 2
\ln 6 ≡ \ln 2 + \ln 3
\ln 2 \cdot \ln 3 ≢ \ln 6
\log_4 8 ≡ 3/2
\frac{\ln 3}{\ln 2} ≡ \log_2 3
\log_2 3 ≢ \log_3 2
e^{\ln 5} ≡ 5
\ln\frac12 ≡ -\ln 2
\ln(1) ≡ 0
\log_2(3) ≢ \log_2(3.0001)
`,
  trigonometry: String.raw`
\sin 30^\circ ≡ 1/2
\sin 30 ≢ 1/2  // thirty radians
\cos\frac{\pi}{3} ≡ 0.5
\tan 45° ≡ 1
\sin^{-1}(1) ≡ \frac{\pi}{2}
\arctan 1 ≡ \frac{\pi}{4}
\cos 36^\circ ≡ \frac{1+\sqrt5}{4}
4\arctan\frac15 - \arctan\frac{1}{239} ≡ \frac{\pi}{4}
\sin\frac{\pi}{7} ≢ \sin\frac{2\pi}{7}
\cos 100^\circ ≡ -\sin 10^\circ
\sin 15^\circ ≡ \frac{\sqrt6-\sqrt2}{4}
\sin 15^\circ ≢ \frac{\sqrt6+\sqrt2}{4}
\tan\frac{\pi}{8} ≡ \sqrt{2}-1
\arcsin\frac12 ≡ \pi/6
`,
  factorial: String.raw`
5! ≡ 120
5!! ≡ 15
5!! ≢ 120
3!! ≢ 720  // double factorial, not the factorial of 6
(3!)! ≡ 720
0! ≡ 1
\binom{5}{2} ≡ 10
\binom{5}{2} ≢ \frac{5}{2}
\dbinom{7}{3} ≡ \binom{7}{4}
C(5,2) ≡ 10
{5 \choose 2} ≡ \binom53
\frac{10!}{8!} ≡ 90
\frac{2001!}{2000!} ≡ 2001
100! ≢ 100! + 1
\lfloor 3.7 \rfloor ≡ 3
\lceil -3.7 \rceil ≡ -3
\gcd(12, 18) ≡ 6
`,
  complex: String.raw`
3+4i ≡ 4i+3
3+4i ≢ 3-4i
3+4i ≢ 4+3i
3+4i ≢ 5
|3+4i| ≡ 5
i^2 ≡ -1
(1+i)^2 ≡ 2i
\frac{1}{i} ≡ -i
\frac{1}{1+i} ≡ \frac{1-i}{2}
e^{i\pi} ≡ -1
\sqrt{-4} ≡ 2i
2\mathrm{i} ≡ 2i
\overline{3+4i} ≡ 3-4i
\cos 60^\circ + i\sin 60^\circ ≡ e^{i\pi/3}
-i ≢ i
\frac{-1+i\sqrt{3}}{2} ≡ -\frac12 + \frac{\sqrt3}{2}i
`,
};
