/** Relations, systems, alternatives and definitions. Each line: an answer → its reading; ⏎ is a new line. */
export const relations = String.raw`
x = 1 ± √2 → x = (1 + ±(2 ^ 1/2))
\frac{22}{7} ≈ 3.14 → 22/7 ≈ 3.14
= 0.333 ≈ 1/3 → 0.333 ≈ 1/3
1 = 2 = 3 → 1 = 2 = 3
x = 2 or x = 3 → or(x = 2, x = 3)
x=2, x=3 → or(x = 2, x = 3)
x = 2, 3 → or(x = 2, x = 3)
x = 2 or 3 → or(x = 2, x = 3)
x = 1, 2, or 3 → or(x = 1, x = 2, x = 3)
x=2, y=3 → all(x = 2, y = 3)
x = 1 and y = 2 → all(x = 1, y = 2)
x=1, y=2 or x=3, y=4 → or(all(x = 1, y = 2), all(x = 3, y = 4))
(p,q)=(3,2) → all(p = 3, q = 2)
\{x | x > 0\} → {x | x > 0}
\{x \in \mathbb{R} : x \neq 0\} → {x ∈ ℝ | x != 0}
{x | |x| < 2} → {x | abs(x) < 2}
x \in [1,2] → x ∈ [1 .. 2]
x ∈ ℝ → x ∈ ℝ
x ∈ (-∞,0) ∪ (0,∞) → x ∈ union(((-1 * infinity) .. 0), (0 .. infinity))
x ∈ {1,2} → x ∈ {1, 2}
0<x<5 → 0 < x < 5
x≥3 → x >= 3
x \leqslant 3 → x <= 3
3x-y+13=0 → ((3 * x) + (-1 * y) + 13) = 0
y = 2x+1 → y = ((2 * x) + 1)
f(x) = 2x + 1 → f(x) = ((2 * x) + 1)
P(x) = x^2 - 1 → P(x) = ((x ^ 2) + -1)
\begin{cases} x = 1 \\ y = 2 \end{cases} → all(x = 1, y = 2)
\left\{\begin{array}{l} x+y=1 \\ x-y=3 \end{array}\right. → all((x + y) = 1, (x + (-1 * y)) = 3)
\begin{aligned} x &= 1 \\ y &= 2 \end{aligned} → all(x = 1, y = 2)
x \equiv 3 \pmod 5 → mod(x, 5) ≡ mod(3, 5)
x ≡ 3 (mod 5) → mod(x, 5) ≡ mod(3, 5)
x \equiv 3 \pmod{5} → mod(x, 5) ≡ mod(3, 5)
x = \frac{\pi}{4} + n\pi, n \in \mathbb{Z} → all(x = ((pi * (4 ^ -1)) + (n * pi)), n ∈ ℤ)
n is an integer → n ∈ ℤ
x<2 or x>5 → or(x < 2, x > 5)
x < 2 ∪ x > 5 → union(x < 2, x > 5)
x \in \mathbb{R}, x \neq 0 → all(x ∈ ℝ, x != 0)
a = 1, b = 2, c = 3 → all(a = 1, b = 2, c = 3)
a, b = 1, 2 → all(a = 1, b = 2)
2n+1, n ∈ ℤ → list(((2 * n) + 1), n ∈ ℤ)
x = -1, \quad y = 2 → all(x = -1, y = 2)
x_1 = 2, x_2 = 3 → all(x_1 = 2, x_2 = 3)
\(x=2\) or \(x=3\) → or(x = 2, x = 3)
$x=2$ or $x=3$ → or(x = 2, x = 3)
y=mx+b → y = ((m * x) + b)
AB = 5 → (A * B) = 5
dy/dx = 2x → dy/dx = (2 * x)
\frac{dy}{dx} = 2x → dy/dx = (2 * x)
x^2 + y^2 = r^2 → ((x ^ 2) + (y ^ 2)) = (r ^ 2)
|x-2|<3 → abs((x + -2)) < 3
x > 2 and x < 5 → all(x > 2, x < 5)
x > 2, x < 5 → all(x > 2, x < 5)
-3 ≤ x < 4 → -3 <= x < 4
gcd(12,18) = 6 → gcd(12, 18) = 6
A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} → A = matrix[1, 2; 3, 4]
\vec{v} = \langle 1,2 \rangle → v = vector(1, 2)
E = mc^2 → E = (m * (c ^ 2))
x + 2y - 3z = 0 → (x + (2 * y) + (-3 * z)) = 0
\frac{x^2+1}{x-1}, x \neq 1 → list((((x ^ 2) + 1) * ((x + -1) ^ -1)), x != 1)
x = \pm 3 → x = ±3
2k\pi, k\in\mathbb{Z} → list((2 * k * pi), k ∈ ℤ)
\frac{\pi}{2}+k\pi \text{ for } k \in \mathbb{Z} → list(((pi * (2 ^ -1)) + (k * pi)), k ∈ ℤ)
x = 2 \text{ or } x = 3 → or(x = 2, x = 3)
x=2 \quad \text{or} \quad x=3 → or(x = 2, x = 3)
y = -\frac{2}{3}x + 4 → y = ((-2/3 * x) + 4)
a_n = 2n - 1 → a_n = ((2 * n) + -1)
a_{n+1} = 2a_n → a_n+1 = (2 * a_n)
f^{-1}(x) = x/2 → f^-1(x) = (x * (2 ^ -1))
f''(x) = 6x → f''(x) = (6 * x)
g(x,y) = x+y → g(x, y) = (x + y)
f(2) = 5 → f(2) = 5
5!=120 → factorial(5) = 120
x != 3 → x != 3
x \ne 3 → x != 3
x ≠ 3 → x != 3
3 < 5 → 3 < 5
1 < x \le 2 → 1 < x <= 2
x \in (0, \infty) → x ∈ (0 .. infinity)
x=1,y=2 → all(x = 1, y = 2)
x = 1; y = 2 → all(x = 1, y = 2)
x=1⏎y=2 → all(x = 1, y = 2)
{x=1, y=2} → all(x = 1, y = 2)
x = 1, y = 2, z = 3 → all(x = 1, y = 2, z = 3)
\frac{3}{4} = 0.75 → 3/4 = 0.75
3/4 = 0.75 → 3/4 = 0.75
x \approx 3.14 → x ≈ 3.14
x ≈ 3.14 → x ≈ 3.14
5 or 6 → or(5, 6)
z = 2 + 3i → z = (2 + (3 * i))
(x-1)^2 + (y+2)^2 = 9 → (((x + -1) ^ 2) + ((y + 2) ^ 2)) = 9
2x + 3y = 6 → ((2 * x) + (3 * y)) = 6
x^2 - 5x + 6 = 0 → ((x ^ 2) + (-5 * x) + 6) = 0
x(x-1) = 0 → (x * (x + -1)) = 0
y - 2 = 3(x - 1) → (y + -2) = (3 * (x + -1))
\frac{x^2}{4} + \frac{y^2}{9} = 1 → (((x ^ 2) * (4 ^ -1)) + ((y ^ 2) * (9 ^ -1))) = 1
y \le 2x + 1 → y <= ((2 * x) + 1)
x>3 and x<=5 → all(x > 3, x <= 5)
x > 3, y < 2 → all(x > 3, y < 2)
-1 \leq x \leq 1 → -1 <= x <= 1
1 \ge x → 1 >= x
x \in \{1, 2\} → x ∈ {1, 2}
x ∈ ∅ → x ∈ {}
x = y = 2 → x = y = 2
a = b = c = 1 → a = b = c = 1
a:b = 2:3 → (a * (b ^ -1)) = 2/3
a : b : c = 1 : 2 : 3 → ratio(a, b, c) = ratio(1, 2, 3)
\mathbf{v} = (1, 2) → v = pair(1, 2)
P(X = 2) = 0.5 → P(X = 2) = 0.5
P(A) = \frac{1}{4} → P(A) = 1/4
S_n = \frac{n(n+1)}{2} → S_n = ((n * (n + 1)) * (2 ^ -1))
y(t) = e^{-t} → y(t) = (e ^ (-1 * t))
\int \frac{1}{x} dx = \ln|x| + C → integral[x, (1 * (x ^ -1))] = (ln(abs(x)) + C)
\{x \mid x > 2\} → {x | x > 2}
\{ (x,y) : x + y = 1 \} → {tuple(x, y) | (x + y) = 1}
\{2k : k \in \mathbb{Z}\} → {(2 * k) | k ∈ ℤ}
\begin{cases} 2x + y = 5 \\ x - y = 1 \end{cases} → all(((2 * x) + y) = 5, (x + (-1 * y)) = 1)
\begin{align*} x &= 2 \\ y &= 3 \end{align*} → all(x = 2, y = 3)
x⩾2 → x >= 2
**x = 5** → x = 5
x_{1} = 1, \quadx_{2} = 2 → all(x_1 = 1, x_2 = 2)
$21,16$ or $11$ → or(21, 16, 11)
$AB=4,CD=5$ → all((A * B) = 4, (C * D) = 5)
$S_{MBCN}:S=7:32$ → (S_MBCN * (S ^ -1)) = 7/32
\frac{NO}{BO}=\frac{1}{\sqrt6} → ((N * O) * ((B * O) ^ -1)) = (1 * ((6 ^ 1/2) ^ -1))
|AB|=1 → abs((A * B)) = 1
A:B=1 → (A * (B ^ -1)) = 1
V_{1}:V_{2}=11:21 → (V_1 * (V_2 ^ -1)) = 11/21
0<f(x)<1 → 0 < f(x) < 1
x = 1 \\ y = 2 → all(x = 1, y = 2)
[ABC] = 12 → [ABC] = 12
S_{\triangle ABC} = 12 → S_△ABC = 12
\text{Area of } ABC = 12 → Area of ABC = 12
m\angle ABC = 60 → ∠ABC = 60
\|\vec{v}\| = 5 → ‖v‖ = 5
p=5,q=2,p=7,q=2 → or(all(p = 5, q = 2), all(p = 7, q = 2))
at most 5 → ((-1 * infinity) .. 5]
5 or more → [5 .. infinity)
between 3 and 5 inclusive → [3 .. 5]
\geq 5 → [5 .. infinity)
x = k\pi \ (k \in \mathbb{Z}) → all(x = (k * pi), k ∈ ℤ)
∴ x = 5 → x = 5
`;
