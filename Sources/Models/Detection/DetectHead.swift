import Foundation
import Layers
import Tensors

/// The anchor-free head of YOLOv8: for every level, one branch of convolutions for box distances and one for classes.
struct DetectHead {
    /// Bins of a side's distance distribution (`reg_max`).
    static let bins = 16

    private let boxBranches: [Branch]
    private let classBranches: [Branch]
    private let classCount: Int
    /// Input pixels per cell of each level, in the order of the levels.
    let strides: [Int]
    /// Channels inside the class branches.
    let classWidth: Int

    /// Two convolution blocks and a plain one.
    private struct Branch {
        let first: ConvBlock
        let second: ConvBlock
        let last: Convolution

        init(_ inputs: Int, hidden: Int, outputs: Int, style: ConvStyle, in scope: WeightScope) {
            first = ConvBlock(inputs, hidden, kernel: 3, style: style, in: scope / 0)
            second = ConvBlock(hidden, hidden, kernel: 3, style: style, in: scope / 1)
            last = Convolution(hidden, outputs, in: scope / 2)
        }

        func callAsFunction(_ x: Activation, isRecomputed: Bool) -> Activation {
            isRecomputed ? recomputing([x]) { last(second(first($0[0])), into: $1) } : last(second(first(x)))
        }
    }

    /// - Parameter classWidth: channels inside the class branches; nil derives them from the class count, as a fresh
    ///   model does. Weights bring their own.
    init(
        inputs: [Int], classCount: Int, classWidth: Int?, strides: [Int], style: ConvStyle, in scope: WeightScope
    ) {
        self.classCount = classCount
        self.strides = strides
        let boxWidth = max(16, inputs[0] / 4, DetectHead.bins * 4)
        let width = classWidth ?? max(inputs[0], min(classCount, 100))
        self.classWidth = width
        boxBranches = inputs.enumerated().map { level, channels in
            Branch(channels, hidden: boxWidth, outputs: 4 * DetectHead.bins, style: style, in: scope / "cv2" / level)
        }
        classBranches = inputs.enumerated().map { level, channels in
            Branch(channels, hidden: width, outputs: classCount, style: style, in: scope / "cv3" / level)
        }
        (scope / "dfl" / "conv").constant(
            "weight", [1, DetectHead.bins, 1, 1], (0..<DetectHead.bins).map { Float($0) })
    }

    /// Sets the last biases so that a fresh head begins with plausible distances and rare objects.
    ///
    /// Source: the class bias assumes 5 objects in a 640-pixel image.
    func initializeBiases(compat83: Bool) {
        for branch in boxBranches {
            branch.last.bias.values.update(repeating: compat83 ? 1 : 2, count: branch.last.bias.range.count)
        }
        for (branch, stride) in zip(classBranches, strides) {
            let cells = 640 / Double(stride)
            let bias = log(5 / Double(classCount) / (cells * cells))
            branch.last.bias.values.update(repeating: Float(bias), count: classCount)
        }
    }

    func callAsFunction(_ levels: [Activation]) -> (boxes: Activation, scores: Activation) {
        let join = LevelJoin()
        return (join(answers(boxBranches, levels, "boxes")), join(answers(classBranches, levels, "classes")))
    }

    private func answers(_ branches: [Branch], _ levels: [Activation], _ kind: String) -> [Activation] {
        branches.indices.map { level in
            let isRecomputed = MapPlan.isWorthRecomputing(stride: strides[level], of: strides)
            return KernelProfile.within("\(kind)/\(strides[level])") {
                branches[level](levels[level], isRecomputed: isRecomputed)
            }
        }
    }
}
