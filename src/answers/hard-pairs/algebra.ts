/** Hard pairs with variables: `gold ≡ answer`, `gold ≢ answer`, `  // why`. */
export const algebra: Readonly<Record<string, string>> = {
  symbolic: String.raw`
x+1 ≡ 1+x
x+x ≡ 2x
ab ≡ ba
x ≢ y
a_1 ≢ a_2
-(a-b) ≡ b-a
\frac{x^2-1}{x-1} ≡ x+1
\frac{y}{5}-\frac{3}{5} ≡ \frac{y-3}{5}
x^{-1} ≡ \frac1x
2^{x+1} ≡ 2\cdot 2^x
e^{2x} ≡ (e^x)^2
\sqrt{4x} ≡ 2\sqrt{x}
\sqrt{x^2} ≢ x  // negative x
\sqrt{x^2} ≡ |x|
|x-2| ≡ |2-x|
|x-2| ≢ x-2
\frac{1}{x+y} ≢ \frac1x+\frac1y
(m-4)(n+1) ≢ (-4)(n+1)  // a variable is missing
x+3n+2 ≢ x+2
x^2 ≢ 2x  // equal at 0 and 2
x^3 - x ≢ 0  // equal at −1, 0 and 1
x^y ≢ y^x
\frac{a}{b} ≢ \frac{b}{a}
2\pi r ≡ \pi\cdot 2r
n(n+1)/2 ≡ \frac{n^2+n}{2}
3x^{2/3} ≡ 3\sqrt[3]{x^2}
\ln(x)+C ≡ C + \ln x
\alpha+\beta ≡ \beta+\alpha
\sin^2 x + \cos^2 x ≡ 1
\sin 2x ≡ 2\sin x\cos x
\cos 2x ≡ 1-2\sin^2 x
\tan^2 y + 1 ≡ \sec^2 y
\sin(x+y) ≢ \sin x + \sin y
\frac{1}{\sin x} ≡ \csc x
\arcsin x ≢ \frac{1}{\sin x}
\sin^{-1} x ≡ \arcsin x
\frac{\sin x}{\cos x} ≡ \tan x
\sin x^2 ≢ \sin^2 x
e^x ≢ e^{-x}
\sinh x ≡ \frac{e^x-e^{-x}}{2}
1/2x ≡ \frac{x}{2}
2(x+3)≡2x+6
\frac{1}{2}bh ≡ bh/2
4x^3y^2 ≡ 4 y^2 x^3
x\sqrt{x} ≡ x^{3/2}
10^{-12}x ≢ 0
x + 10^{-20} ≢ x
\binom{n}{2} ≡ \frac{n(n-1)}{2}
n! ≢ n
(n+1)! ≡ (n+1)\cdot n!
\sum_{k=1}^{5} k ≡ 15
\sum_{i=1}^{3} i^2 ≢ 15
\prod_{k=1}^4 k ≡ 24
\int_0^1 x^2\,dx ≡ \frac13
\sum_{k=1}^{n} k ≡ \sum_{k=1}^{n} k
\sum_{k=0}^{n} a_k b_{n-k} ≡ \sum_{k=0}^{n} b_{n-k} a_k
\sum_{k=0}^{n} a_k b_{n-k} ≢ \sum_{k=0}^{n-1} a_k b_{n-1-k}
`,
  polynomial: String.raw`
(x+1)^2 ≡ x^2+2x+1
(x+1)^2 ≢ x^2+1
x(x+1) ≡ x^2+x
(x-2)(x+2) ≡ x^2-4
\left(x-2\right)\left(x+2\right) ≡ (x-2)(x+2)
(x-2)(x+2) ≢ (x-2)^2
x² + 2x + 1 ≡ x^2+2x+1
x**2+1 ≡ 1+x^2
2x^2-3x+1 ≡ (2x-1)(x-1)
2x^2-3x+1 ≢ 2x^2+3x+1
(a+b)^3 ≡ a^3+3a^2b+3ab^2+b^3
-x^2+4 ≡ (2-x)(2+x)
x^{12} - 1 ≢ x^{12}
(x+1)^{50} ≢ (x+1)^{49}
-16x^4+x^2+2x+1 ≡ 1+2x+x^2-16x^4
3x+4 ≢ 3y+4
`,
  equation: String.raw`
2x+3y=6 ≡ 4x+6y=12
2x+3y=6 ≡ 2x+3y-6=0
2x+3y=6 ≢ 2x-3y=6
y=2x+1 ≡ 2x-y+1=0
3x-y+13=0 ≢ 3x+4y+14=0
-5x-7y+2z-11=0 ≡ 5x+7y-2z+11=0
x=5 ≡ 5
5=x ≡ x=5
x=5 ≢ x=-5
x=5 ≢ 6
x^2=4 ≢ x=2
x^2+y^2=1 ≡ y^2+x^2=1
y=x^2 ≢ y=x^2+1
\frac{x^2}{4}+\frac{y^2}{9}=1 ≡ 9x^2+4y^2=36
\frac{x^2}{4}+\frac{y^2}{9}=1 ≢ \frac{x^2}{9}+\frac{y^2}{4}=1
x=y ≢ x=-y
(x-3)^2+(y+1)^2=4 ≡ x^2+y^2-6x+2y+6=0
A = \pi r^2 ≡ \pi r^2
y = \frac{1}{2}x - 3 ≡ x - 2y = 6
y = 2x + 1 ≢ y = 2x - 1
x = \frac{7}{2} ≡ 3.5
x \approx 3.5 ≢ 3.6
n = 12 ≡ 12
`,
  inequality: String.raw`
x>3 ≡ 3<x
x\ge 3 ≢ x>3
-x<-3 ≡ x>3
2x>6 ≡ x>3
x > 3 ≢ x < 3
x≥3 ≡ x \geqslant 3
x>=3 ≡ x \geq 3
0<x<5 ≡ (0,5)
0<x<5 ≡ x>0 and x<5
0 \le x < 5 ≡ [0,5)
0 \le x < 5 ≢ (0,5)
x \in (0,5) ≡ 0<x<5
5 > x > 0 ≡ 0 < x < 5
x \geq -\frac12 ≡ [-0.5,\infty)
x<-1 \text{ or } x>1 ≡ (-\infty,-1)\cup(1,\infty)
x<-1 \text{ or } x>1 ≢ -1<x<1
x+y \le 3 ≡ 3 \ge y+x
x+y \le 3 ≢ x+y \ge 3
x \neq 2 ≡ (-\infty,2)\cup(2,\infty)
|x|<2 ≡ (-2,2)
`,
  system: String.raw`
x=1, y=2 ≡ y=2, x=1
x=1, y=2 ≢ x=2, y=1
x=1, y=2 ≢ x=1
(x,y)=(1,2) ≡ x=1, y=2
(x,y)=(1,2) ≡ (1,2)
(x,y)=(1,2) ≢ (2,1)
(m,n)=(4,9) ≡ (4,9)
\begin{cases} x = 1 \\ y = 2 \end{cases} ≡ x=1, y=2
x=-2 \text{ and } y=7 ≡ (x,y)=(-2,7)
(x,y)=(1,2),(3,4) ≡ (3,4),(1,2)
a=3, b=4 ≡ 3, 4
x = 1; y = 2 ≡ y = 2; x = 1
x = 1/2, y = 0.25 ≡ x = 0.5, y = 1/4
`,
  function: String.raw`
f(x)=2x+1 ≡ 2x+1
f(x)=2x+1 ≡ f(x) = 1+2x
f(x)=2x+1 ≡ y=2x+1
f(x)=x^2 ≢ f(x)=2x
f(x) ≢ f(y)
f(x) = (x-1)(x+1) ≡ f(x) = x^2-1
g(t) = -t ≢ g(t) = t
`,
  "plus-minus": String.raw`
\pm 3 ≡ 3, -3
\pm 3 ≡ -3, 3
\pm 3 ≢ 3
\pm 3 ≢ -3
x = \pm\sqrt2 ≡ \{-\sqrt2, \sqrt2\}
1\pm\sqrt3 ≡ 1-\sqrt3, 1+\sqrt3
1\pm\sqrt3 ≢ 1+\sqrt3
\frac{-1\pm\sqrt5}{2} ≡ \frac{-1+\sqrt5}{2}, \frac{-1-\sqrt5}{2}
\frac{-1\pm\sqrt5}{2} ≢ \frac{1\pm\sqrt5}{2}
±5 ≡ 5 or -5
x = 2 \pm i ≡ 2 + i, 2 - i
`,
  chain: String.raw`
1=2=3 ≢ 3
3 ≢ 1=2=3
x = 1+2 = 3 ≡ 3
1+2=3 ≡ 3
1+2=3 ≢ 1
\frac{1}{3} \approx 0.333 ≡ \frac{1}{3}
\frac{1}{3} \approx 0.333 ≢ \frac12
\sqrt2 \approx 1.414 ≡ \sqrt2
\frac{2}{4} = \frac{1}{2} = 0.5 ≡ 1/2
x = \frac{10}{4} = 2.5 ≡ 5/2
`,
};
