import Testing

@testable import Tensors

/// What a choice of algorithms is and how it is written down.
@Suite struct ConvolutionChoiceTests {
    @Test func aTaskReadsBackFromItsText() {
        for c in convolutionCases {
            for pass in ConvolutionPass.allCases {
                let task = ConvolutionTask(pass, c.geometry, height: c.height, width: c.width)
                #expect(ConvolutionTask(task.description) == task)
            }
        }
    }

    @Test(arguments: [
        "", "forward", "sideways 8>8 3x3/1 p1 g1 d1 @8x8", "forward 8>8 3x3/1 p1 g0 d1 @8x8",
        "forward 8>8 3x3/1 p1 g3 d1 @8x8", "forward 8>8 3x3/1 p1 g1 d1 @8x8x8",
        "forward 8>8 3x3/1 p1 g1 d1 @8x99999999999",
    ])
    func otherTextIsNoTask(_ text: String) { #expect(ConvolutionTask(text) == nil) }

    /// Seconds and bytes of the rule's candidate and of two others.
    @Test(arguments: [
        ([1.0, 0.93, 0.95], [0, 0, 0], 0), ([1.0, 0.95, 0.9], [0, 0, 0], 2), ([1.0, 0.85, 0.9], [0, 0, 0], 1),
        ([1.0, 0.85, 0.9], [0, 64 << 20, 0], 2), ([1.0, 0.75, 0.9], [0, 64 << 20, 0], 1),
        ([1.0, 0.85, 2], [64 << 20, 80 << 20, 0], 1),
    ])
    func anotherAlgorithmThanTheRulesMustBeWorthIt(_ seconds: [Double], _ bytes: [Int], _ expected: Int) {
        let measured = seconds.indices.map { (place: $0, seconds: seconds[$0], bytes: bytes[$0]) }
        #expect(ConvolutionTrial.best(measured) == expected)
    }

    /// OpenBLAS takes other kernels, and with them other last bits, on another kind of CPU.
    @Test func theRulesTakeNothingOfOpenBLAS() {
        let channels = [3, 8, 16, 24, 48, 80, 128, 320, 640], sides = [6, 10, 20, 40, 80, 160, 640]
        for inputs in channels {
            for outputs in channels {
                for (kernel, stride) in [(1, 1), (1, 2), (3, 1), (3, 2), (5, 1), (6, 2)] {
                    let geometry = ConvolutionGeometry(
                        inputs: inputs, outputs: outputs, kernel: (kernel, kernel), stride: stride, padding: kernel / 2)
                    for (pass, side) in ConvolutionPass.allCases.flatMap({ pass in sides.map { (pass, $0) } }) {
                        let rule = ConvolutionTask(pass, geometry, height: side, width: side).candidates[0]
                        #expect(rule != .product && rule != .im2col)
                    }
                }
            }
        }
    }

    @Test func aTrialChoosesAmongTheCandidates() {
        let tasks = ConvolutionPass.allCases.map {
            ConvolutionTask(
                $0, ConvolutionGeometry(inputs: 16, outputs: 16, kernel: (3, 3), padding: 1), height: 12, width: 12)
        }
        let decided = ConvolutionTrial.decide(tasks)
        #expect(Set(decided.keys) == Set(tasks))
        for (task, algorithm) in decided { #expect(task.candidates.contains(algorithm)) }
    }
}
