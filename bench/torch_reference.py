"""The same decoder, training step and sampling loop in PyTorch, as a measure for the embedded engine.

Reads one JSON request a line from standard input and answers each with one JSON line. It does nothing between requests.
"""

import copy
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Layer(nn.Module):
    """A Llama block. `joined`: one product for q, k and v and one for gate and up, instead of three and two."""

    def __init__(self, config, joined):
        super().__init__()
        width, hidden = config["width"], config["hidden"]
        self.heads, self.eps, self.joined = config["heads"], config["normEps"], joined
        linear = lambda n_in, n_out: nn.Linear(n_in, n_out, bias=False)
        self.input_norm = nn.Parameter(torch.ones(width))
        self.mlp_norm = nn.Parameter(torch.ones(width))
        if joined:
            self.qkv, self.gate_up = linear(width, 3 * width), linear(width, 2 * hidden)
        else:
            self.q, self.k, self.v = (linear(width, width) for _ in range(3))
            self.gate, self.up = linear(width, hidden), linear(width, hidden)
        self.o, self.down = linear(width, width), linear(hidden, width)

    def forward(self, x, cos, sin, cache=None, start=0):
        batch, length, width = x.shape
        a = F.rms_norm(x, (width,), self.input_norm, self.eps)
        q, k, v = self.qkv(a).split(width, dim=-1) if self.joined else (self.q(a), self.k(a), self.v(a))
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            keys, values = cache
            keys[:, :, start : start + length] = k
            values[:, :, start : start + length] = v
            k, v = keys[:, :, : start + length], values[:, :, : start + length]
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
        x = x + self.o(attended.transpose(1, 2).reshape(batch, length, width))
        m = F.rms_norm(x, (width,), self.mlp_norm, self.eps)
        gate, up = self.gate_up(m).chunk(2, dim=-1) if self.joined else (self.gate(m), self.up(m))
        return x + self.down(F.silu(gate) * up)


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Decoder(nn.Module):
    def __init__(self, config, joined):
        super().__init__()
        self.config = config
        width, context = config["width"], config["context"]
        self.embedding = nn.Parameter(torch.zeros(config["vocab"], width))
        self.norm = nn.Parameter(torch.ones(width))
        self.layers = nn.ModuleList(Layer(config, joined) for _ in range(config["layers"]))
        half = width // config["heads"] // 2
        angles = torch.arange(context).double()[:, None] * config["ropeBase"] ** (-torch.arange(half).double() / half)
        self.register_buffer("cos", angles.cos().float())
        self.register_buffer("sin", angles.sin().float())

    def forward(self, ids, caches=None, start=0):
        end = start + ids.shape[1]
        cos, sin = self.cos[start:end], self.sin[start:end]
        x = F.embedding(ids, self.embedding)
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, caches[i] if caches else None, start)
        x = F.rms_norm(x, (self.config["width"],), self.norm, self.config["normEps"])
        return F.linear(x, self.embedding)

    @torch.no_grad()
    def load(self, weights):
        self.embedding.copy_(weights["model.embed_tokens.weight"])
        self.norm.copy_(weights["model.norm.weight"])
        for i, layer in enumerate(self.layers):
            of = lambda name: weights[f"model.layers.{i}.{name}.weight"]
            layer.input_norm.copy_(of("input_layernorm"))
            layer.mlp_norm.copy_(of("post_attention_layernorm"))
            q, k, v = (of(f"self_attn.{name}_proj") for name in "qkv")
            gate, up = of("mlp.gate_proj"), of("mlp.up_proj")
            if layer.joined:
                layer.qkv.weight.copy_(torch.cat((q, k, v)))
                layer.gate_up.weight.copy_(torch.cat((gate, up)))
            else:
                for own, given in ((layer.q, q), (layer.k, k), (layer.v, v), (layer.gate, gate), (layer.up, up)):
                    own.weight.copy_(given)
            layer.o.weight.copy_(of("self_attn.o_proj"))
            layer.down.weight.copy_(of("mlp.down_proj"))
        return self


def read_safetensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4, offset=start)
        tensors[name] = flat.view(entry["shape"])
    return tensors


class Trainer:
    def __init__(self, model, ids, adam, implementation):
        self.model, self.clip = model, adam["clip"]
        self.inputs, self.targets = ids[:, :-1].contiguous(), ids[:, 1:].reshape(-1)
        self.parameters = list(model.parameters())
        groups = [
            {"params": [p for p in self.parameters if p.ndim > 1], "weight_decay": adam["weightDecay"]},
            {"params": [p for p in self.parameters if p.ndim == 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            groups, lr=adam["lr"], betas=tuple(adam["betas"]), eps=adam["eps"], **{implementation: True}
        )
        self.loss = self.plain_loss

    def plain_loss(self):
        logits = self.model(self.inputs)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), self.targets)

    def compile(self):
        self.loss = torch.compile(self.plain_loss)
        return self

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss().backward()
        norm = nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimizer.step()
        return norm

    def seconds(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - start


class TrainingCase:
    """Agreement with the engine's first steps, then the fastest way to write the step that was found here."""

    def __init__(self, request):
        config, weights = request["config"], read_safetensors(request["weights"])
        ids, adam = torch.tensor(request["ids"]), request["adam"]
        new = lambda joined, kind: Trainer(Decoder(config, joined).load(weights), ids, adam, kind)
        first = new(False, "foreach")
        with torch.no_grad():
            loss = first.plain_loss().item()
        norms = [first.step().item() for _ in range(request["steps"])]
        with torch.no_grad():
            self.agreement = {"loss": loss, "gradNorm": norms[0], "after": first.plain_loss().item()}
        choices = [(joined, kind) for joined in (False, True) for kind in ("foreach", "fused")]
        trainers = [new(*choice) for choice in choices]
        times = [[] for _ in choices]
        for _ in range(request["trials"]):
            for trainer, taken in zip(trainers, times):
                taken.append(trainer.seconds(1))
        fastest = min(range(len(choices)), key=lambda i: min(times[i]))
        self.joined, kind = choices[fastest]
        self.modes = {"eager": trainers[fastest]}
        self.setting = f"{'joined' if self.joined else 'separate'} projections, {kind} AdamW"
        self.not_compiled = None
        if request["compile"]:
            try:
                compiled = Trainer(copy.deepcopy(trainers[fastest].model), ids, adam, kind).compile()
                compiled.seconds(3)
                self.modes["compiled"] = compiled
            except Exception as error:  # any compiler trouble: the rest of the comparison stands
                self.not_compiled = (str(error).strip().splitlines() or [type(error).__name__])[0]


class SamplingCase:
    """A plain loop: every row reads its own prompt in one pass, then one token at a time from a preallocated cache."""

    def __init__(self, request):
        weights = read_safetensors(request["weights"])
        self.config, self.made, self.batch = request["config"], request["made"], request["batch"]
        self.rows = torch.tensor(request["ids"]).repeat_interleave(request["n"], dim=0)
        self.models = [Decoder(self.config, joined).load(weights) for joined in (False, True)]
        times = [[], []]
        for _ in range(request["trials"]):
            for model, taken in zip(self.models, times):
                taken.append(self.seconds(model, self.rows[: self.batch]))
        self.joined = min(times[1]) < min(times[0])
        self.setting = f"{'joined' if self.joined else 'separate'} projections"

    @torch.inference_mode()
    def seconds(self, model, rows):
        start = time.perf_counter()
        for chunk in rows.split(self.batch):
            self.complete(model, chunk)
        return time.perf_counter() - start

    def complete(self, model, prompts):
        batch, length = prompts.shape
        heads = self.config["heads"]
        shape = (batch, heads, length + self.made, self.config["width"] // heads)
        caches = [(torch.zeros(shape), torch.zeros(shape)) for _ in model.layers]
        ids, read, drawn = prompts, 0, []
        for _ in range(self.made):
            logits = model(ids, caches, read)[:, -1]
            read += ids.shape[1]
            ids = torch.multinomial(logits.softmax(dim=-1), 1)
            drawn.append(ids)
        return torch.cat(drawn, dim=1)

    def run(self):
        return self.seconds(self.models[self.joined], self.rows)


def answer(request, cases):
    kind, name = request["ask"], request["case"]
    if kind == "open-training":
        cases[name] = case = TrainingCase(request)
        return {**case.agreement, "setting": case.setting, "modes": list(case.modes), "notCompiled": case.not_compiled}
    if kind == "open-sampling":
        cases[name] = case = SamplingCase(request)
        return {"setting": case.setting}
    if kind == "train":
        return {"seconds": cases[name].modes[request["mode"]].seconds(request["steps"])}
    if kind == "sample":
        return {"seconds": cases[name].run()}
    del cases[name]
    return {}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    cases = {}
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), cases)), flush=True)


if __name__ == "__main__":
    main()
