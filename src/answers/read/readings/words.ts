/** Words: phrases, choices, dates, names. Each line: an answer → its reading; ⏎ is a new line. */
export const words = String.raw`
\mathbb{R} → ℝ
all real numbers → ℝ
(B) → choice B
B → choice B
B. → choice B
\text{B} → choice B
\textbf{(B)} → choice B
B) 12 → choice B 12
(B) 12 cm → choice B 12 [cm]
Option C → choice C
A, C → choice A,C
A and C → choice A,C
b) → choice B
(b) → choice B
yes → truth true
True. → truth true
false → truth false
no solution → no-solution
No real solutions → no-solution
\text{No solution} → no-solution
none → no-solution
DNE → undefined
undefined → undefined
\text{undefined} → undefined
cannot be determined → truth unknown
Paris → "paris"
The Eiffel Tower → "eiffel tower"
São Paulo → "sao paulo"
Alice, Bob and Carol → list("alice", "bob", "carol")
O'Brien → "obrien"
2024-03-05 → date 2024-03-05
March 5, 2024 → date 2024-03-05
3:45 pm → time 56700
3:45 → time 13500
15:45:30 → time 56730
noon → time 43200
Monday → date ????-??-?? weekday 1
1e999999999 → "1e999999999"
\text{(B)} → choice B
$B$ → choice B
AB → "ab"
\angle ABC → "angle abc"
\triangle ABC → "triangle abc"
2:30 → time 9000
03:45 → time 13500
1:10 → time 4200
12/25/2024 → date 2024-12-25
3 x 4 → "3 x 4"
kg → "kg"
C → choice C
E → choice E
I → choice I
(A) → choice A
Answer: B → choice B
Option (C) → choice C
A. Paris → choice A "paris"
B: 12 → choice B 12
(A) \frac{1}{2} → choice A 1/2
(1 2 3) → "(1 2 3)"
between 3 and 5 → (3 .. 5)
at least 5 → [5 .. infinity)
x is 5 → "x is 5"
x equals 5 → "x equals 5"
The answer is 5 → "answer is 5"
5, because → "5 because"
\text{Evelyn} → "evelyn"
\text{ Evelyn } → "evelyn"
Evelyn's → "evelyns"
rock 'n' roll → "rock n roll"
A → choice A
an hour and a half → "hour and half"
first → "first"
second → "second"
May 5 → date ????-05-05
5 May 2024 → date 2024-05-05
05/03/2024 → date 2024-05-03
12:00 → time 43200
3:45 PM → time 56700
15:45 → time 56700
3.14.15 → "3.14.15"
1.2.3 → "1.2.3"
ABC → "abc"
\|v\| → ‖v‖
5\angle 30^\circ → "5\\angle 30^\\circ"
x \notin \{1\} → "x\\notin\\{1\\}"
\text{Var}(X) = 4 → Var(X) = 4
\frac{d}{dx} x^2 → "\\frac{d}{dx}x^2"
\{ n \in \mathbb{N} \mid n \text{ is even} \} → "\\{n\\in\\mathbb{N}\\mid n{is even}\\}"
\mathbb{N} → ℕ
\mathbb Z → ℤ
ℕ → ℕ
\mathbb{R}^2 → (R ^ 2)
\begin{cases} x^2 & x > 0 \\ 0 & x \le 0 \end{cases} → cases(0, nonnegative((0 + (-1 * x))), (x ^ 2), positive((x + 0)))
"yes" → truth true
'B' → choice B
**B** → choice B
x = → "x="
+ → "+"
() → "()"
... → "..."
? → "?"
\frac{1}{ → "\\frac{1}{"
\sqrt{} → "\\sqrt{}"
10:32 \text{ pm} → time 81120
$\text{the second train}$ → "second train"
the second train → "second train"
$\mbox{New York}$ → "new york"
there is no solution → no-solution
No solutions → no-solution
14:17 → time 51420
9:02 → time 32520
21:02 → time 75720
$odd$ → "odd"
$Even$ → "even"
$ABCD$ → "abcd"
\textbf{(B)}\ 12 → choice B 12
C Cecile → choice C "cecile"
(A), (C) → choice A,C
`;
