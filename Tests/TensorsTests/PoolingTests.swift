import Tensors
import TestSupport
import Testing

@Suite struct PoolingTests {
    @Test func theFirstOfEqualWinnersGetsTheGradient() throws {
        let x = Tensor(Shape(1, 3, 3, 1), [1, 5, 5, 0, 2, 5, 0, 0, 0])
        let output = Tensor(x.shape)
        let winners = try #require(maximumPool(x, window: 3, into: output, recording: true))
        #expect(output.values == [5, 5, 5, 5, 5, 5, 2, 5, 5])
        let gradient = Tensor(x.shape, repeating: 0)
        pullMaximumPool(Tensor(x.shape, repeating: 1), winners: winners, window: 3, into: gradient)
        #expect(gradient.values == [0, 6, 0, 0, 1, 2, 0, 0, 0])
    }

    @Test(arguments: [Float.nan, -.infinity]) func valuesThatAreNoNumbersStayInside(value: Float) throws {
        let x = Tensor(Shape(1, 5, 5, 9), repeating: value)
        let output = Tensor(x.shape)
        let winners = try #require(maximumPool(x, window: 5, into: output, recording: true))
        #expect(output.values.allSatisfy { value.isNaN ? $0.isNaN : $0 == value })
        let gradient = Tensor(x.shape, repeating: 0)
        pullMaximumPool(Tensor(x.shape, repeating: 1), winners: winners, window: 5, into: gradient)
        #expect(gradient.values.reduce(0, +) == Float(x.shape.count))
    }

    @Test func upsamplingCopiesAndItsWayBackAddsUp() {
        let x = Tensor(Shape(2, 1, 2, 1), [1, 2, 3, 4])
        let output = Tensor(Shape(2, 2, 4, 1))
        upsample(x, into: output)
        #expect(output.values == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
        let gradient = Tensor(x.shape, repeating: 0)
        pullUpsample(output, into: gradient)
        #expect(gradient.values == [4, 8, 12, 16])
    }
}
