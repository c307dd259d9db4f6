import Foundation
import Tensors

/// `T² · KL(teacher ‖ student)` of class distributions softened by a temperature, row by row, with its gradient.
///
/// T² keeps the size of the gradient independent of the temperature.
/// Source: Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network", 2015.
public struct SoftenedDivergence: Equatable, Sendable {
    /// What class logits stand for.
    public enum Distribution: Equatable, Sendable {
        /// One of the classes: softmax. Blind to a shift of all logits of a row.
        case categorical
        /// Each class by itself, present or not: sigmoid.
        case bernoulli
    }

    /// What the rows stand for.
    public var distribution: Distribution
    /// Divides the logits, above 0.
    public var temperature: Float

    /// A divergence of distributions softened by a temperature above 0.
    public init(_ distribution: Distribution, temperature: Float) {
        precondition(temperature > 0, "temperature \(temperature)")
        self.distribution = distribution
        self.temperature = temperature
    }

    /// The form that says something for this many classes: a softmax over one class is always 1.
    public func suited(to classCount: Int) -> SoftenedDivergence {
        classCount == 1 ? SoftenedDivergence(.bernoulli, temperature: temperature) : self
    }

    /// The divergence of one row of logits; adds `scale` times its derivative by `learned` to `gradient`.
    public func evaluate(
        learned: UnsafePointer<Float>, taught: UnsafePointer<Float>, count: Int, scale: Float,
        gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        var sum = SIMD8<Float>()
        let factor = SIMD8<Float>(repeating: scale * temperature)
        var student = SoftmaxRow(), teacher = SoftmaxRow()
        if distribution == .categorical {
            student = SoftmaxRow(learned, count: count, temperature: temperature)
            teacher = SoftmaxRow(taught, count: count, temperature: temperature)
        }
        for start in stride(from: 0, to: count, by: 8) {
            let x = loadLanes(taught + start, count: count - start) / temperature
            let y = loadLanes(learned + start, count: count - start) / temperature
            let (divergence, difference) =
                distribution == .categorical
                ? categorical(teacher.logProbabilities(x), student.logProbabilities(y)) : bernoulli(x, y)
            sum += keepLanes(divergence, count: count - start)
            if let gradient { addLanes(factor * difference, to: gradient + start, count: count - start) }
        }
        return Double(temperature * temperature) * Double(sum.sum())
    }
}

/// Divergence per class, and student's minus teacher's probability, from log-probabilities.
@inline(__always)
private func categorical(_ teacher: SIMD8<Float>, _ student: SIMD8<Float>) -> (SIMD8<Float>, SIMD8<Float>) {
    let p = exponential(teacher)
    return (p * (teacher - student), exponential(student) - p)
}

/// Divergence per class, and student's minus teacher's probability, from softened logits.
@inline(__always)
private func bernoulli(_ teacher: SIMD8<Float>, _ student: SIMD8<Float>) -> (SIMD8<Float>, SIMD8<Float>) {
    // ln p = x − softplus(x), ln(1 − p) = −softplus(x).
    let (softPlus, p) = softPlusAndSigmoid(teacher)
    let (studentSoftPlus, q) = softPlusAndSigmoid(student)
    return (p * (teacher - student) + (studentSoftPlus - softPlus), q - p)
}

/// What turns the softened logits of a row into log-probabilities.
private struct SoftmaxRow {
    /// Largest softened logit, and the logarithm of the sum of exponentials relative to it.
    var peak: Float = 0
    var logSum: Float = 0

    init() {}

    init(_ logits: UnsafePointer<Float>, count: Int, temperature: Float) {
        var largest = -Float.infinity
        for index in 0..<count where logits[index] > largest { largest = logits[index] }
        peak = largest / temperature
        var sum = SIMD8<Float>()
        for start in stride(from: 0, to: count, by: 8) {
            let x = loadLanes(logits + start, count: count - start) / temperature - peak
            sum += keepLanes(exponential(x), count: count - start)
        }
        logSum = log(sum.sum())
    }

    @inline(__always)
    func logProbabilities(_ softened: SIMD8<Float>) -> SIMD8<Float> { softened - peak - logSum }
}
