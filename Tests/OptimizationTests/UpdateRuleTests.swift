import Layers
import Optimization
import Tensors
import TestSupport
import Testing

/// A model of one number.
private func single(_ value: Float) -> Weights {
    let weights = Weights()
    _ = weights.scope.parameter("p", [1], .weight, .constant(value))
    weights.seal(seed: 0)
    return weights
}

private let rates = Rates(weight: 0.1, norm: 0.1, bias: 0.1, momentum: 0.9, weightDecay: 0.01)

private func trajectory(_ make: (Weights) -> any Optimizer) -> [Float] {
    let weights = single(1)
    let optimizer = make(weights)
    let gradients: [Float] = [0.5, 0.4, -0.3]
    return gradients.map { gradient in
        let buffer = FlatBuffer(count: 1)
        buffer.pointer[0] = gradient
        optimizer.step(weights, gradient: buffer, scale: 1, rates: rates)
        return weights.values.pointer[0]
    }
}

@Suite struct UpdateRuleTests {
    @Test func sgdFollowsTheReferencesTrajectory() {
        #expect(largestDifference(trajectory { SGD($0) }, [0.9031000, 0.7840741, 0.7692739]) < 1e-6)
    }

    @Test func adamWFollowsTheReferencesTrajectory() {
        #expect(largestDifference(trajectory { AdamW($0, beta1: 0.9) }, [0.8990000, 0.7992885, 0.7564524]) < 1e-6)
    }

    @Test func frozenParametersDoNotMove() {
        let weights = Weights()
        _ = (weights.scope / "model" / 0).parameter("p", [1], .weight, .constant(1))
        weights.seal(seed: 0)
        weights.freeze(layers: [0])
        let gradient = FlatBuffer(count: 1)
        gradient.pointer[0] = 1
        SGD(weights).step(weights, gradient: gradient, scale: 1, rates: rates)
        #expect(weights.values.pointer[0] == 1)
        #expect(gradientNorm(gradient, of: weights) == 0)
    }

    @Test(arguments: [(1, 0.00049983), (2, 0.00099940), (100, 0.04876570), (2000, 0.63205735), (10000, 0.99316273)])
    func theAverageRampsUpAsTheReferences(updates: Int, decay: Double) {
        #expect(abs(MovingAverage.decay(updates) - decay) < 1e-8)
    }

    @Test func clippingKeepsShortGradientsAndShortensLongOnes() {
        #expect(clippingScale(norm: 5, limit: 10) == 1)
        #expect(abs(clippingScale(norm: 1000, limit: 10) * 1000 - 10) < 1e-6)
    }

    @Test(arguments: [(10_000, 5, false, 0.001111), (10_001, 5, true, 0.01), (100, 80, false, 0.000119)])
    func autoChoosesByLengthAndClassCount(iterations: Int, classes: Int, sgd: Bool, rate: Double) {
        let rule = OptimizerRule(iterations: iterations, classCount: classes, warmupBiasRate: 0.1)
        #expect(rule.usesSGD == sgd && rule.rate == rate && rule.warmupBiasRate == (sgd ? 0.1 : 0))
    }
}
