/// Memory for the time of a call, shared by all layers: small sizes are rounded up to powers of two so that few differ.
func withScratch(floats count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    var capacity = 4096
    while capacity < count { capacity *= 2 }
    if capacity > 1 << 19 { capacity = BufferPool.capacity(for: count) }
    let memory = BufferPool.take(capacity, for: .scratch)
    defer { BufferPool.give(memory, capacity: capacity, for: .scratch) }
    body(memory)
}

/// Room for a table of `count` row addresses, for the time of a call.
func withRowTable(_ count: Int, _ body: (UnsafeMutablePointer<UnsafePointer<Float>>) -> Void) {
    withScratch(floats: 2 * count) { memory in
        memory.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: count) { body($0) }
    }
}

/// `value` rounded up to a multiple of `unit`.
@inline(__always)
func roundUp(_ value: Int, to unit: Int) -> Int { (value + unit - 1) / unit * unit }

/// `value / unit` rounded up.
@inline(__always)
func divideUp(_ value: Int, by unit: Int) -> Int { (value + unit - 1) / unit }
