import Foundation

/// Bytes per second that the threads of this process can move between memory and cores, in 10⁹: the measure for kernels
/// that compute little.
///
/// The fastest of several copies and of several sums in place (`a ← a + s · b`), both of which move three streams: a line
/// that is written over is read before. Each stream is 64 MB, which no core's share of a cache holds; the memory goes back
/// to the pool.
///
/// Source: McCalpin, "Memory bandwidth and machine balance in current high performance computers", 1995 (STREAM).
public func memoryBandwidth() -> Double {
    let shape = Shape(1, 1, 1, 16 << 20)
    let (a, b) = (Tensor(shape, repeating: 1), Tensor(shape, repeating: 2))
    let bytes = 3 * Double(shape.count * MemoryLayout<Float>.stride)
    let times = (0..<5).flatMap { _ in [seconds { copy(b, into: a) }, seconds { add(b, to: a) }] }
    return bytes / (times.min() ?? .infinity) / 1e9
}

/// Floats of one task: far apart enough that tasks do not share pages.
private let part = 1 << 18

private func copy(_ source: Tensor, into target: Tensor) {
    parallel(tasks: source.shape.count / part) { task in
        (target.pointer + task * part).update(from: source.pointer + task * part, count: part)
    }
}

private func add(_ source: Tensor, to target: Tensor) {
    let factor = SIMD8<Float>(repeating: 0.5)
    parallel(tasks: source.shape.count / part) { task in
        for i in stride(from: task * part, to: (task + 1) * part, by: 8) {
            store8(load8(target.pointer + i).addingProduct(factor, load8(source.pointer + i)), to: target.pointer + i)
        }
    }
}

private func seconds(_ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
}
