/** Hard pairs of several values: `gold ≡ answer`, `gold ≢ answer`, `  // why`. */
export const collections: Readonly<Record<string, string>> = {
  interval: String.raw`
[0,1) ≢ [0,1]
[0,1) ≡ [0, 1)
[0,9) ≢ [0,1)
(0,1] ≡ ]0,1]
[0;1] ≡ [0,1]
(-\infty, 3] ≡ x \le 3
(-oo, 3) ≡ (-\infty,3)
(-\infty, 3) ≢ (-\infty, 3]
\left[\frac{1}{2},3\right) ≡ [0.5,3)
[2,3] ≢ \{2,3\}
(0.25, 1.3333] ≡ (\frac14,\frac43]
[0,\infty) ≢ (0,\infty)
(-\infty,\infty) ≡ \mathbb{R}
x \in [-2,7] ≡ [-2,7]
[-2,7] ≢ [-7,2]
[\sqrt{8}, 4] ≡ [2\sqrt2, 4]
1 ≢ [0,1)
`,
  union: String.raw`
[1,2]\cup[2,3] ≡ [1,3]
[1,2)\cup(2,3] ≢ [1,3]
(1,2)\cup(3,4) ≡ (3,4) ∪ (1,2)
(1,2)\cup(3,4) ≢ (1,4)
(0,1)\cap(2,3) ≡ \emptyset
(0,2)\cap(1,3) ≡ (1,2)
\mathbb{R}\setminus\{2\} ≡ (-\infty,2)\cup(2,\infty)
\mathbb{R}\setminus\{2\} ≢ \mathbb{R}
(-\infty, 0) U (0, \infty) ≡ x \ne 0
[1,2]\cup\{3\} ≢ [1,3]
(-\infty,-2]\cup[2,\infty) ≢ [-2,2]
\{x \mid x>2\} ≡ (2,\infty)
\{x \in \mathbb{R} : 0<x\le 1\} ≡ (0,1]
`,
  set: String.raw`
\{1,2,3\} ≡ \{3,1,2\}
\{1,2,2\} ≡ \{1,2\}
\{1,2\} ≢ \{1,2,3\}
(1,2,3) ≢ \{1,2,3\}
\{1,2,3\} ≡ 1,2,3
\{1,2\} ≢ (1,2)
{1,2,3} ≡ \{1,2,3\}
\emptyset ≡ \{\}
\{0\} ≢ \emptyset
\{\frac12,0.25\} ≡ \{1/4, 0.5\}
\{(1,2),(3,4)\} ≡ \{(3,4),(1,2)\}
\{(1,2),(3,4)\} ≢ \{(2,1),(3,4)\}
\left\{ -1, 4 \right\} ≡ \{4,-1\}
\{1, 2, 3\} ≢ 6
\{5\} ≢ \{-5\}
`,
  list: String.raw`
1, 2, 3 ≡ 3, 2, 1
1, 2, 3 ≢ 1, 2, 4
1, 2 ≢ 1
2, 3 and 5 ≡ 2, 3, 5
2, 3, \text{ and } 5 ≡ 2, 3, 5
x = 2 or x = 3 ≡ 2, 3
x=2, x=3 ≡ \{2,3\}
x = 2 or x = 3 ≢ 2
-12; -11; 4 ≡ \{-12, -11, 4\}
(2,5), (5,2) ≡ (5,2), (2,5)
(2,5), (5,2) ≢ (2,5)
(11,7) or (7,11) ≡ (7,11), (11,7)
1,2,3 ≢ 123
1, 234 ≢ 1235
19, 46, and 82 ≢ 21, 36, and 82
\frac{1}{2}, \frac{1}{3} ≡ 1/3, 1/2
`,
  tuple: String.raw`
(1,2) ≢ (2,1)
(1,2,3) ≢ (1,3,2)
(0.5, 2) ≡ (\frac12, 2.0)
(1,2) ≢ (12)
(1,2) ≢ 12
(1,2) ≢ 1.2
\left( 1, 2 \right) ≡ (1,2)
\left(3,\frac{\pi}{2}\right) ≡ (3, \pi/2)
(1,2) ≢ (1,2,3)
(-1,2) ≢ (1,-2)
(0;-2;6) ≡ (0, -2, 6)
(\sqrt{4}, 1) ≡ (2,1)
( 4, 1.5 ) ≡ (4,\frac{3}{2})
(1,000, 2) ≢ (1,2)
`,
  vector: String.raw`
\begin{pmatrix}1\\2\end{pmatrix} ≡ \begin{bmatrix}1\\2\end{bmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ≡ \langle 1,2\rangle
\begin{pmatrix}1\\2\end{pmatrix} ≢ \begin{pmatrix}2\\1\end{pmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ≢ 3
\langle 1, 2, -2 \rangle ≢ \langle 1, 2, 2 \rangle
\begin{pmatrix} 1/2 \\ 0 \end{pmatrix} ≡ \begin{pmatrix} 0.5 \\ 0 \end{pmatrix}
\begin{pmatrix} 0.3333 \\ 1 \end{pmatrix} ≡ \begin{pmatrix} \frac13 \\ 1 \end{pmatrix}
\left(\begin{array}{c} 4 \\ 5 \end{array}\right) ≡ \begin{pmatrix} 4 \\ 5 \end{pmatrix}
`,
  matrix: String.raw`
\begin{pmatrix}1&2\\3&4\end{pmatrix} ≡ \begin{bmatrix}1&2\\3&4\end{bmatrix}
\begin{pmatrix}1&2\\3&4\end{pmatrix} ≢ \begin{pmatrix}1&3\\2&4\end{pmatrix}
\begin{pmatrix}1&2\\3&4\\\end{pmatrix} ≡ \begin{pmatrix}1&2\\3&4\end{pmatrix}
[[1,2],[3,4]] ≡ \begin{pmatrix}1&2\\3&4\end{pmatrix}
\begin{vmatrix}1&2\\3&4\end{vmatrix} ≡ -2
\begin{pmatrix}-\frac74&-2\\4&\frac14\end{pmatrix} ≡ \begin{pmatrix}-1.75&-2\\4&0.25\end{pmatrix}
\begin{pmatrix}1&2\\3&4\end{pmatrix} ≢ \begin{pmatrix}1&2&3&4\end{pmatrix}
\begin{pmatrix}1&0\\0&1\end{pmatrix} ≢ 1
\begin{pmatrix} x & 0 \\ 0 & 2x \end{pmatrix} ≡ \begin{pmatrix} x & 0 \\ 0 & x+x \end{pmatrix}
`,
};
