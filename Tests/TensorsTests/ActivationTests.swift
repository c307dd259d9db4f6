import Foundation
import Testing

@testable import Tensors

@Suite struct ActivationTests {
    /// Eight arguments around every place of a fine grid, beyond the range of floats' exponentials on both sides.
    private func largestError(
        _ range: ClosedRange<Float>, _ function: (SIMD8<Float>) -> SIMD8<Float>, _ expected: (Double) -> Double
    ) -> Double {
        var largest = 0.0
        for x in stride(from: range.lowerBound, through: range.upperBound, by: 0.003) {
            let value = function(SIMD8(repeating: x))[0]
            let exact = expected(Double(x))
            largest = max(largest, abs(Double(value) - exact) / max(abs(exact), 1e-30))
        }
        return largest
    }

    @Test func sigmoidAndSiLUAreAsExactAsFloatsAllow() {
        #expect(largestError(-80...80, sigmoid) { 1 / (1 + exp(-$0)) } < 4e-7)
        #expect(largestError(-80...80, silu) { $0 / (1 + exp(-$0)) } < 4e-7)
    }

    @Test func extremeArgumentsStayInRange() {
        let edges: [Float] = [-.infinity, -1e30, -1000, -88, 88, 1000, 1e30, .infinity]
        let values = sigmoid(SIMD8(edges))
        for lane in 0..<4 { #expect(values[lane] >= 0 && values[lane] < 1e-30) }
        for lane in 4..<8 { #expect(values[lane] == 1) }
        let activated = silu(SIMD8(edges))
        for lane in 1..<4 { #expect(abs(activated[lane]) < 1e-4) }
        for lane in 4..<8 { #expect(activated[lane] == edges[lane]) }
    }

    @Test func whatIsNoNumberStaysNoNumber() {
        #expect(sigmoid(SIMD8(repeating: .nan))[0].isNaN)
        #expect(silu(SIMD8(repeating: .nan))[0].isNaN)
    }
}
