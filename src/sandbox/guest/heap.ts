interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };

/**
 * Caps all WebAssembly memory of this process: the interpreter sees an allocation fail, which Python raises as MemoryError
 * and QuickJS as InternalError. (QuickJS's own limit counts next to nothing in this build: it cannot ask for a block's size.)
 */
export function capMemory(): (bytes: number) => void {
  let cap = Infinity;
  const grow = WebAssembly.Memory.prototype.grow;
  Object.defineProperty(WebAssembly.Memory.prototype, "grow", {
    value(this: WasmMemory, pages: number): number {
      if (this.buffer.byteLength + pages * 65_536 > cap) throw new RangeError("out of memory");
      return grow.call(this, pages);
    },
    writable: false,
    configurable: false,
  });
  return (bytes) => {
    cap = bytes;
  };
}
