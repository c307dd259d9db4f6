import Detection
import ReferenceOps
import TestSupport
import Tensors
import Testing

@Suite struct CompleteIoUTests {
    static let examples: [([Float], [Float], Double)] = [
        ([0, 0, 10, 10], [0, 0, 10, 10], 1.0), ([0, 0, 10, 10], [20, 20, 30, 40], -0.4116895),
        ([5, 5, 15, 20], [0, 0, 10, 10], -0.0191645), ([0, 0, 0, 0], [0, 0, 10, 10], -0.3),
        ([1, 2, 4, 9], [2, 1, 6, 7], 0.2348988),
    ]

    @Test(arguments: examples)
    func valuesAreTheReferences(_ a: [Float], _ b: [Float], _ expected: Double) {
        let value = CompleteIoU(SIMD4(a[0], a[1], a[2], a[3]), SIMD4(b[0], b[1], b[2], b[3])).value
        #expect(abs(Double(value) - expected) < 1e-6)
    }

    func randomBox(_ stream: inout RandomStream) -> SIMD4<Float> {
        let (x, y) = (Float(stream.uniform(0, 8)), Float(stream.uniform(0, 8)))
        return SIMD4(x, y, x + Float(stream.uniform(0.5, 6)), y + Float(stream.uniform(0.5, 6)))
    }

    @Test func gradientIsTheCentralDifference() {
        var stream = RandomStream(1)
        for _ in 0..<300 {
            let (a, b) = (randomBox(&stream), randomBox(&stream))
            let (first, second) = ((0..<4).map { Double(a[$0]) }, (0..<4).map { Double(b[$0]) })
            let weight = referenceCompleteIoU(first, second).weight
            let expected = centralDifferences(at: first) { referenceCompleteIoU($0, second, weight: weight).value }
            let gradient = CompleteIoU(a, b).gradient
            #expect(relativeError((0..<4).map { gradient[$0] }, expected.map { Float($0) }) < 1e-3)
        }
    }

    @Test func equalSidesShareTheGradient() {
        // Moving x2 of the first box from 10: below, overlap grows; above, the enclosing box does.
        let gradient = CompleteIoU(SIMD4(0, 0, 10, 10), SIMD4(0, 0, 10, 10)).gradient
        let outside = CompleteIoU(SIMD4(0, 0, 10.01, 10), SIMD4(0, 0, 10, 10)).gradient
        let inside = CompleteIoU(SIMD4(0, 0, 9.99, 10), SIMD4(0, 0, 10, 10)).gradient
        #expect(inside.z > 0.09 && outside.z < -0.09)
        #expect(abs(gradient.z - (inside.z + outside.z) / 2) < 1e-3)
    }

    @Test func touchingBoxesPullTowardsEachOther() {
        // No overlap yet, but its derivative counts from the side that touches.
        let gradient = CompleteIoU(SIMD4(0, 0, 4, 4), SIMD4(4, 0, 8, 4)).gradient
        let apart = CompleteIoU(SIMD4(0, 0, 4, 4), SIMD4(4.01, 0, 8.01, 4)).gradient
        #expect(gradient.z > apart.z + 0.05)
    }
}
