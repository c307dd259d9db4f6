import Foundation

/// Multiplications and additions per second that the threads of this process can do at most, in 10⁹: the measure for
/// how well kernels use the CPU.
///
/// Twelve independent chains keep both multiply-add units of today's cores busy without touching memory.
public func arithmeticPeak() -> Double {
    let rounds = 400_000
    let flops = Double(rounds * 12 * 8 * 2 * Threads.count)
    // The fastest of several: the first wakes the threads, and other programs only ever slow one down.
    let fastest = (0..<7).map { _ in
        let start = DispatchTime.now().uptimeNanoseconds
        parallel(tasks: Threads.count) { task in keepBusy(rounds: rounds, seed: Float(task)) }
        return Double(DispatchTime.now().uptimeNanoseconds - start)
    }.min()
    return flops / (fastest ?? .infinity)
}

private func keepBusy(rounds: Int, seed: Float) {
    typealias Vector = SIMD8<Float>
    let factor = Vector(repeating: 0.999), step = Vector(repeating: seed + 1)
    // Chains that began alike would be one chain to the compiler.
    var a = Vector(repeating: 1), b = a + 1, c = b + 1, d = c + 1, e = d + 1, f = e + 1
    var g = f + 1, h = g + 1, i = h + 1, j = i + 1, k = j + 1, l = k + 1
    for _ in 0..<rounds {
        a = step.addingProduct(a, factor)
        b = step.addingProduct(b, factor)
        c = step.addingProduct(c, factor)
        d = step.addingProduct(d, factor)
        e = step.addingProduct(e, factor)
        f = step.addingProduct(f, factor)
        g = step.addingProduct(g, factor)
        h = step.addingProduct(h, factor)
        i = step.addingProduct(i, factor)
        j = step.addingProduct(j, factor)
        k = step.addingProduct(k, factor)
        l = step.addingProduct(l, factor)
    }
    // A result that is looked at, or the compiler would drop the work.
    let sum = a + b + c + d + e + f + g + h + i + j + k + l
    precondition(!sum.sum().isNaN, "the peak's chains are finite")
}
