import { describe, expect, it } from "vitest";
import { verify } from "../verify.ts";
import type { PolicyInput } from "../policy.ts";

/** Lines of "gold ≡ answer", "gold ≢ answer" or "gold ? answer" (undecided). */
function check(policy: PolicyInput | undefined, lines: string): void {
  it.each(
    lines
      .trim()
      .split("\n")
      .map((line) => line.trim()),
  )("%s", (line) => {
    const [, gold, sign, answer] = /^(.*?) ([≡≢?]) (.*)$/u.exec(line) ?? [];
    const expected = sign === "?" ? null : sign === "≡";
    const [verdict, mirrored] = [verify(gold, answer, policy), verify(answer, gold, policy)];
    expect([verdict.equal, mirrored.equal], verdict.how).toEqual([expected, expected]);
    expect(verify(gold, gold, policy).equal).toBe(true);
  });
}

describe("numbers", () => {
  check(
    undefined,
    String.raw`
    2/4 ≡ 0.5
    -\frac{6}{-4} ≡ 3/2
    10^{30} ≡ 1000000000000000000000000000000
    10^{30}+1 ≢ 10^{30}
    123456789012345678890 ≢ 123456789012345678891
    1e-9 ≢ 2e-9
    3\frac{1}{2} ≡ 3.5
    0.\overline{3} ≡ 1/3
    0.\overline{9} ≡ 1
    5! ≡ 120
    \binom{5}{2} ≡ 10
    \gcd(12,18) ≡ 6
    \frac{100!}{98!} ≡ 9900
    2^{10} ≡ 1024
    2^{-3} ≡ 0.125
    (-8)^{1/3} ≡ -2
    1/0 ≢ 0
    0^0 ≢ 0
    9^{9^{9}} ≢ 9^{9^{9}}+1
    9^{9^9} ≡ 3^{774840978}
    9^{9^{9^{9}}} ? 3
    1011_2 ≡ 11
    \lfloor 3.7 \rfloor ≡ 3
    \lceil -3.2 \rceil ≡ -3
    |-7| ≡ 7
    `,
  );
});

describe("rounded decimals", () => {
  check(
    undefined,
    String.raw`
    1/3 ≡ 0.33
    1/3 ≢ 0.3
    1/3 ≢ 0.34
    2/3 ≡ 0.667
    2/3 ≢ 0.666
    2/3 ≡ 0.6666666666666666
    \pi ≡ 3.14
    \pi ≡ 3.1416
    \pi ≢ 3.1415
    \pi ≢ 3
    \sqrt{17} ≡ 4.123105625617661
    3/8 ≢ 0.38
    3.14 ≢ 3.142
    0.333 ≢ 0.33
    0.290243531202435 ≡ 0.29
    0.100000000001 ≢ 0.10
    100/3 ≡ 33.3
    10/3 ≢ 3.3
    -\frac{1}{3} ≡ -0.333
    1/90 ≢ 0.01
    1/300 ≢ 0.00
    [0.6,2.6667] ≡ [\frac35,\frac83]
    (0.33, 2) ≡ (\frac13, 2)
    262537412640768744 ≢ e^{\pi\sqrt{163}}
    `,
  );
  describe("none", () => {
    check({ rounding: "none" }, "1/3 ≢ 0.333\n\\pi ≢ 3.14159265358979\n1/4 ≡ 0.25");
  });
  describe("relative", () => {
    check({ rounding: "relative" }, "1/3 ≡ 0.3333334\n1/3 ≢ 0.3333\n9.869604401 ≡ \\pi^2\n1e-9 ≢ 2e-9");
  });
  it("takes the places of the gold answer as the measure if told", () => {
    const policy = { reference: "gold" } as const;
    expect(verify("16386.17", "16386.169", policy).equal).toBe(true);
    expect(verify("16386.169", "16386.17", policy).equal).toBe(false);
    expect(verify("0.38", "3/8", policy).equal).toBe(true);
  });
});

describe("constants", () => {
  check(
    undefined,
    String.raw`
    \sqrt{8} ≡ 2\sqrt2
    \frac{1}{\sqrt{2}} ≡ \frac{\sqrt2}{2}
    \frac{1}{1+\sqrt2} ≡ \sqrt2-1
    \sqrt{3+2\sqrt2} ≡ 1+\sqrt2
    \sqrt[3]{54} ≡ 3\sqrt[3]{2}
    \sqrt{2}\sqrt{3} ≡ \sqrt6
    \sqrt2+\sqrt3 ≢ \sqrt5
    \sqrt{50} ≢ 7
    1\sqrt{19} ≢ 1
    4 ≢ 4\sqrt2
    \frac{1+\sqrt5}{2} ≢ 2
    \ln 8 ≡ 3\ln 2
    \log_2 8 ≡ 3
    \log_{10} 2 ≡ \frac{\ln 2}{\ln 10}
    2^{\log_2 5} ≡ 5
    \ln 2 ≢ \ln 3
    \sin\frac{\pi}{6} ≡ \frac12
    \cos\frac{\pi}{5} ≡ \frac{1+\sqrt5}{4}
    \sin\frac{\pi}{7} ≡ \sin\frac{6\pi}{7}
    \tan\frac{\pi}{2} ≢ 0
    \arctan 1 ≡ \frac{\pi}{4}
    4\arctan\frac15-\arctan\frac1{239} ≡ \frac\pi4
    \sin^2 1+\cos^2 1 ≡ 1
    e^{i\pi} ≡ -1
    \frac{1+i}{1-i} ≡ i
    (1+i)^2 ≡ 2i
    \sqrt{-4} ≡ 2i
    3+4i ≢ 4+3i
    |3+4i| ≡ 5
    e^{2\pi i/3} ≡ -\frac12+\frac{\sqrt3}{2}i
    \tanh 1000 ? 1
    \sum_{k=1}^{10} k ≡ 55
    \prod_{k=1}^{5} k ≡ 120
    \int_0^1 x^2 dx ≡ 1/3
    `,
  );
});

describe("symbolic expressions", () => {
  check(
    undefined,
    String.raw`
    (x+1)^2 ≡ x^2+2x+1
    (x+1)^2 ≢ x^2+1
    \frac{x^2-1}{x-1} ≡ x+1
    \frac{x+2}{7} ≡ \frac{x}{7}+\frac27
    \sqrt{x^2} ≢ x
    \sqrt{x^2} ≡ |x|
    \sqrt{(x-8)^2}+7 ≢ \sqrt{(x-7)^2}+8
    \tan^2 y+1 ≡ \sec^2 y
    \sin 2x ≡ 2\sin x\cos x
    \sin(-x) ≡ -\sin x
    2^{x+1} ≡ 2\cdot 2^x
    4^x ≡ 2^{2x}
    e^{\ln x} ≡ x
    x^{2/3} ≡ \sqrt[3]{x^2}
    \frac{1}{3x^{2/3}} ≡ \frac{1}{3\sqrt[3]{x}^2}
    x^y ≢ y^x
    (n+1)! ≡ (n+1)\cdot n!
    \sum_{k=1}^n k ≡ \frac{n(n+1)}{2}
    \sum_{k=1}^n k ≢ \frac{n(n-1)}{2}
    \frac{\pi r}{h+r} ≡ \frac{\pi r}{r+h}
    x+2n+1 ≢ x+1
    (x+y)^{100} ≡ (y+x)^{100}
    x^{1000}-1 ≢ x^{1000}
    a-b ≢ b-a
    f(2)+1 ≡ 1+f(2)
    f(2) ≢ f(3)
    \log(xy) ≡ \log x+\log y
    x^2 ≢ X^2
    `,
  );
});

describe("equations and inequalities", () => {
  check(
    undefined,
    String.raw`
    x=5 ≡ 5=x
    x=5 ≡ 5
    y=2x+1 ≡ 2x-y+1=0
    y=2x+1 ≡ 2x+1
    f(x)=2x+1 ≡ y=2x+1
    f(x)=2x+1 ≡ f(t)=2t+1
    f(x)=2x+1 ≢ g(x)=2x+1
    2x+4y-3=0 ≡ y=-\frac12x+\frac34
    3x-y+13=0 ≢ 3x+4y+14=0
    34x+45y-20z+100=0 ≡ -34x-45y+20z-100=0
    \frac{x^2}{4}+\frac{y^2}{3}=1 ≡ \frac{x^2}{16}+\frac{y^2}{12}=\frac14
    y=\frac1x ≡ xy=1
    x^2=x ≢ x=1
    \sqrt2 x=2 ≡ x=\sqrt2
    7=11a+c ≢ 11a+c
    a+3z=0 ≢ 0
    x=5 ≢ y=5
    3 ≢ 1=2=3
    x=2+3=5 ≡ 5
    x=\frac13\approx0.333 ≡ \frac13
    x\approx11 ≡ 11
    2+3=5 ≡ 5
    x>3 ≡ 3<x
    x>3 ≡ -x<-3
    x>3 ≢ x\ge3
    x<1 ≢ x>-1
    2x\ge6 ≡ x\ge3
    x>3 ≢ y>3
    x>y ≡ y<x
    x+y<1 ≢ x+y>1
    x\ne3 ≡ (-\infty,3)\cup(3,\infty)
    0<x<5 ≡ (0,5)
    0<x<5 ≡ x>0 and x<5
    0<x<5 ≡ x\in(0,5)
    0\le x<5 ≢ (0,5)
    |x|<2 ≡ (-2,2)
    |x-1|\ge2 ≡ x\le-1 or x\ge3
    x^2<4 ≡ -2<x<2
    x^2>4 ≡ (-\infty,-2)\cup(2,\infty)
    x^2<4 ≢ x<2
    x=1, y=2 ≡ y=2, x=1
    x=1, y=2 ≡ (1,2)
    x=1, y=2 ≢ (2,1)
    y=2, x=1 ≡ (1,2)
    y=2, x=1 ≢ (2,1)
    n=3, m=2 ≡ (3,2)
    0<f(x)<1 ≡ (0,1)
    |AB|=1 ≡ 1
    \frac{NO}{BO}=\frac12 ≡ \frac12
    2x+z=1 ≢ 1
    (p,q)=(3,2) ≡ p=3, q=2
    x = 2 or x = 3 ≡ \{2,3\}
    x = 2 or x = 3 ≡ 3, 2
    x = 2 or x = 3 ≢ x = 2
    x=1\pm\sqrt2 ≡ \{1+\sqrt2,1-\sqrt2\}
    \pm5 ≡ 5, -5
    \pm5 ≢ 5
    1\pm\sqrt{19} ≢ 1\pm\sqrt{17}
    x\equiv3\pmod7 ≡ x\equiv3\pmod{7}
    x\equiv3\pmod7 ≢ x\equiv4\pmod7
    f(2)<f(1)<f(4) ≡ f(4)>f(1)>f(2)
    `,
  );
  describe("equationSide: false", () => {
    check({ equationSide: false }, "x=5 ≢ 5\nx=5 ≡ 5=x");
  });
});

describe("collections", () => {
  check(
    undefined,
    String.raw`
    (1,2,3) ≢ \{1,2,3\}
    (1,2,3) ≢ (1,3,2)
    \{1,2,3\} ≡ \{3,2,1\}
    \{1,2,2\} ≡ \{2,1\}
    1,2,3 ≡ (1,2,3)
    1,2,3 ≡ \{1,2,3\}
    1, 3, 2 ≢ (1, 2, 3)
    \{1,2\} ≢ \{1,2,3\}
    \{5\} ≡ 5
    (\frac12,4) ≡ (0.5,4)
    [0,1) ≢ [0,1]
    [0,1) ≢ (0,1)
    (-\infty,3) ≡ x<3
    (0,2)\cup(1,3) ≡ (0,3)
    (0,1)\cup(1,2) ≢ (0,2)
    (0,1)\cup\{1\} ≡ (0,1]
    (0,5)\cap(3,9) ≡ (3,5)
    \mathbb{R}\setminus\{0\} ≡ (-\infty,0)\cup(0,\infty)
    \mathbb{R} ≡ (-\infty,\infty)
    \mathbb{Z} ≢ \mathbb{R}
    \{x\in\mathbb{Z} : 0<x<5\} ≡ \{1,2,3,4\}
    \{x : x>3\} ≡ (3,\infty)
    \{-1\}\cup[0,7) ≡ [0,7)\cup\{-1\}
    \emptyset ≡ no solution
    \emptyset ≢ 0
    \begin{pmatrix}1&2\\3&4\end{pmatrix} ≡ \begin{bmatrix}1&2\\3&4\end{bmatrix}
    \begin{pmatrix}1&2\\3&4\end{pmatrix} ≢ \begin{pmatrix}1&3\\2&4\end{pmatrix}
    \begin{pmatrix}1\\2\\3\end{pmatrix} ≡ (1,2,3)
    \begin{vmatrix}1&2\\3&4\end{vmatrix} ≡ -2
    \{(1,2),(3,4)\} ≡ \{(3,4),(1,2)\}
    \{(1,2),(3,4)\} ≢ \{(2,1),(3,4)\}
    \langle 1,2\rangle ≡ (1,2)
    `,
  );
  describe("brackets: ignore", () => {
    check({ brackets: "ignore" }, "(1,2,3) ≡ \\{1,2,3\\}");
  });
  describe("order: ignore", () => {
    check({ order: "ignore" }, "(1,2,3) ≡ (3,2,1)");
  });
  describe("order: strict", () => {
    check({ order: "strict" }, "\\{1,2\\} ≢ \\{2,1\\}");
  });
});

describe("units, percent, money, words", () => {
  check(
    undefined,
    String.raw`
    10 cm ≢ 10 m
    1 m ≡ 100 cm
    1 m ≡ 1
    1 m ≢ 100
    5 km/h ≢ 5 m/s
    36 km/h ≡ 10 m/s
    90^\circ ≡ \frac\pi2
    90^\circ ≡ 90
    90^\circ ≢ 89
    180^\circ ≡ \pi \text{ rad}
    32°F ≡ 0°C
    28\% ≡ 28
    28\% ≡ 0.28
    28\% ≢ 0.028
    0.28 ≢ 28
    33.3\% ≡ 1/3
    \$0.50 ≡ 50 cents
    \$5 ≢ €5
    \$5 ≡ 5
    5 apples ≡ 5
    5 apples ≢ 5 pears
    15 cm^2 ≢ 15 cm^3
    2 hours ≡ 120 minutes
    Paris ≡ paris
    Paris ≢ London
    yes ≢ no
    (B) ≡ B
    (B) ≢ C
    B) 12 ≡ 12
    B) 12 ≢ 13
    2024-03-05 ≡ March 5, 2024
    2024-03-05 ≢ 2024-05-03
    3:45 pm ≡ 15:45
    10:41 ≡ 10:41 AM
    10:41 ≢ 10:43 AM
    `,
  );
  describe("units: strict", () => {
    check({ units: "strict" }, "1 m ≢ 100 cm\n1 m ≡ 1 m");
  });
  describe("units: ignore", () => {
    check({ units: "ignore" }, "10 cm ≡ 10 m");
  });
  describe("missingUnit: false", () => {
    check({ missingUnit: false }, "5 m ≢ 5\n90° ≡ \\pi/2");
  });
  describe("percent: value", () => {
    check({ percent: "value" }, "28% ≡ 0.28\n28% ≢ 28");
  });
  describe("percent: number", () => {
    check({ percent: "number" }, "28% ≢ 0.28\n28% ≡ 28");
  });
  describe("nouns: ignore", () => {
    check({ nouns: "ignore" }, "5 apples ≡ 5 pears");
  });
});
