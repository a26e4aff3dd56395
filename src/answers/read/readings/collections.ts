/** Tuples, intervals, sets, matrices and lists. Each line: an answer → its reading; ⏎ is a new line. */
export const collections = String.raw`
(1,2,3) → tuple(1, 2, 3)
(1,2) → pair(1, 2)
(1, 2) → pair(1, 2)
(3,400) → pair(3, 400)
(0.5, 1) → pair(0.5, 1)
(1,5; 2,5) → pair(1.5, 2.5)
[1,2] → [1 .. 2]
[1,2) → [1 .. 2)
(1,2] → (1 .. 2]
]1,2[ → (1 .. 2)
]-∞, 5] → ((-1 * infinity) .. 5]
(-∞, 5) → ((-1 * infinity) .. 5)
(-\infty, 2) \cup (3, \infty) → union(((-1 * infinity) .. 2), (3 .. infinity))
(-inf, 2) U (3, inf) → union(((-1 * infinity) .. 2), (3 .. infinity))
\langle 1, 2, 3 \rangle → vector(1, 2, 3)
⟨1,2⟩ → vector(1, 2)
<1, 2, 3> → vector(1, 2, 3)
\begin{pmatrix}1\\2\end{pmatrix} → matrix[1; 2]
\begin{pmatrix}1&2\\3&4\end{pmatrix} → matrix[1, 2; 3, 4]
\begin{vmatrix}1&2\\3&4\end{vmatrix} → det[1, 2; 3, 4]
\left[\begin{array}{cc}1&2\\3&4\end{array}\right] → matrix[1, 2; 3, 4]
\left|\begin{array}{cc}1&2\\3&4\end{array}\right| → det[1, 2; 3, 4]
[[1,2],[3,4]] → matrix[1, 2; 3, 4]
[[1],[2]] → matrix[1; 2]
\frac{1}{5}\begin{bmatrix}1&2\\3&4\end{bmatrix} → matrix[(1/5 * 1), (1/5 * 2); (1/5 * 3), (1/5 * 4)]
{1,2,3} → {1, 2, 3}
\{1,2,3\} → {1, 2, 3}
\{1, \frac12, x\} → {1, 1/2, x}
∅ → {}
{} → {}
\emptyset → {}
2, 3 and 5 → list(2, 3, 5)
2; 3 → list(2, 3)
2;3 → list(2, 3)
1, 2, 3 → list(1, 2, 3)
1,2,3 → list(1, 2, 3)
1,5; 2,5 → list(1.5, 2.5)
ℝ \ {0} → difference(ℝ, {0})
\mathbb{R}\setminus\{0\} → difference(ℝ, {0})
R \ {0} → difference(ℝ, {0})
ℝ - {0} → difference(ℝ, {0})
\mathbb{Z}^+ → intersection(ℤ, (0 .. infinity))
]1;2] → (1 .. 2]
[0,1[ ∪ ]2,3] → union([0 .. 1), (2 .. 3])
1,2,-3 → list(1, 2, -3)
(2,3), (4,5) → list(pair(2, 3), pair(4, 5))
(2,3) and (4,5) → list(pair(2, 3), pair(4, 5))
(1,2), (3,4) → list(pair(1, 2), pair(3, 4))
1/2, 3/4 → list(1/2, 3/4)
[0°, 90°] → [(0 * pi * 1/180) .. (90 * pi * 1/180)]
(0, \pi) → pair(0, pi)
[0, 2\pi) → [0 .. (2 * pi))
\left(\frac{1}{2}, \frac{3}{4}\right) → pair(1/2, 3/4)
\left(-\infty, \frac{1}{2}\right] → ((-1 * infinity) .. 1/2]
\{(1,2),(3,4)\} → {pair(1, 2), pair(3, 4)}
\{1,000, 2,000\} → {1000, 2000}
(1,000, 2,000) → pair(1000, 2000)
(1,234) → pair(1, 234)
\begin{pmatrix} 1 & 2 \end{pmatrix}^T → matrix[1; 2]
\left\langle 1, -2 \right\rangle → vector(1, -2)
(A, B) → pair(A, B)
(a, b) → pair(a, b)
A ∪ B → union(A, B)
A \cap B → intersection(A, B)
A \cup B → union(A, B)
3, -3 → list(3, -3)
\{-3, 3\} → {-3, 3}
2\text{ and }3 → list(2, 3)
(-\infty, \infty) → ((-1 * infinity) .. infinity)
\mathbb{R} \setminus \{1, 2\} → difference(ℝ, {1, 2})
\mathbb{R}\backslash\{0\} → difference(ℝ, {0})
(-\infty,-1)\cup(-1,1)\cup(1,\infty) → union(((-1 * infinity) .. -1), pair(-1, 1), (1 .. infinity))
[1,2] ∪ {5} → union([1 .. 2], {5})
(2,∞)∩(-∞,5) → intersection((2 .. infinity), ((-1 * infinity) .. 5))
\begin{bmatrix} 1 \\ 2 \\ 3 \end{bmatrix} → matrix[1; 2; 3]
\left(\begin{array}{c} 1 \\ 2 \end{array}\right) → matrix[1; 2]
[1, 2, 3] → tuple(1, 2, 3)
[5] → tuple(5)
((1,2),(3,4)) → pair(pair(1, 2), pair(3, 4))
(1,2,3), (4,5,6) → list(tuple(1, 2, 3), tuple(4, 5, 6))
3⏎4 → list(3, 4)
12,34,567 → 1234567
\mathbb{R}^+ → (0 .. infinity)
\mathbb{R}^* → difference(ℝ, {0})
(-∞, 0) U (0, ∞) → union(((-1 * infinity) .. 0), (0 .. infinity))
(-oo, 3] → ((-1 * infinity) .. 3]
[-2, -1] \cup [1, 2] → union([-2 .. -1], [1 .. 2])
\left[ -2, \infty \right) → [-2 .. infinity)
(1, \infty) \setminus \{2\} → difference((1 .. infinity), {2})
\{1\} \cup \{2,3\} → union({1}, {2, 3})
\varnothing → {}
( 1 , 2 , 3 ) → tuple(1, 2, 3)
[0;1] → [0 .. 1]
]0;+∞[ → (0 .. infinity)
(1;2) → pair(1, 2)
\begin{pmatrix} a & b \\ c & d \end{pmatrix} → matrix[a, b; c, d]
2\begin{pmatrix} 1 \\ 0 \end{pmatrix} → matrix[(2 * 1); (2 * 0)]
\begin{pmatrix} 1 & 0 \\ 0 & 1 \\ \end{pmatrix} → matrix[1, 0; 0, 1]
[[1, 2], [3, 4], [5, 6]] → matrix[1, 2; 3, 4; 5, 6]
\begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array} → matrix[1, 2; 3, 4]
（1，2） → pair(1, 2)
\\left( \\frac{1}{5}, 2 \\right) → pair(1/5, 2)
$6,8$ → list(6, 8)
$-2,1$ → list(-2, 1)
\boxed{1,2} → list(1, 2)
12 $ and $13 → list(12, 13)
$5 and $6 → list(5 [$], 6 [$])
\begin{pmatrix}0.29\\0.196\\-0.186\end{pmatrix} → matrix[0.29; 0.196; -0.186]
\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix} → matrix[1; 2]
`;
