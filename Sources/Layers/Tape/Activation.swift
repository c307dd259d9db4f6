import Tensors

/// A value on its way through a model: a tensor, and the tape that remembers how it came about, if any.
///
/// A tape means training: batch statistics are used, and records are kept for the way back. No tape means inference.
public final class Activation {
    /// The values `[N, H, W, C]`; a block that is given room writes into them.
    public let tensor: Tensor
    /// The tape that records what is made from this activation.
    public let tape: Tape?
    /// Whether anything trainable lies behind this activation.
    public private(set) var needsGradient: Bool
    private let parent: (whole: Activation, channels: Range<Int>)?
    private var gradient: Tensor?

    /// The input of a model; with a tape, what happens to it is recorded. No gradient reaches it.
    public convenience init(_ tensor: Tensor, recordedOn tape: Tape? = nil) {
        self.init(tensor, tape: tape, needsGradient: false, parent: nil)
    }

    /// Room for a result that several blocks write their channels into.
    public convenience init(room shape: Shape, recordedOn tape: Tape?, needsGradient: Bool) {
        self.init(Tensor(shape), tape: tape, needsGradient: needsGradient && tape != nil, parent: nil)
    }

    private init(
        _ tensor: Tensor, tape: Tape?, needsGradient: Bool, parent: (whole: Activation, channels: Range<Int>)?
    ) {
        self.tensor = tensor
        self.tape = tape
        self.needsGradient = needsGradient
        self.parent = parent
    }

    /// Extent of the values and of their gradient.
    public var shape: Shape { tensor.shape }

    /// A view of some channels; its gradient is the same view of this activation's gradient.
    public func channels(_ range: Range<Int>) -> Activation {
        Activation(tensor.channels(range), tape: tape, needsGradient: needsGradient, parent: (self, range))
    }

    /// The gradient that has arrived, or nil when nothing depends on this activation. The record that made the
    /// activation may overwrite it.
    public var arrivedGradient: Tensor? {
        guard let parent else { return gradient }
        return parent.whole.arrivedGradient?.channels(parent.channels)
    }

    /// Lets `write` put a contribution to the gradient into a tensor: added to what is there when told so, otherwise
    /// over arbitrary contents.
    public func receive(_ write: (_ gradient: Tensor, _ accumulate: Bool) -> Void) {
        guard needsGradient else { return }
        if let parent {
            parent.whole.receivePart { write($0.channels(parent.channels), true) }
        } else if let gradient {
            write(gradient, true)
        } else {
            let fresh = Tensor(shape)
            gradient = fresh
            write(fresh, false)
        }
    }

    /// Adds a tensor to the gradient.
    public func receive(adding contribution: Tensor) {
        receive { gradient, accumulate in
            KernelProfile.measure(.pass(accumulate ? "add" : "copy", over: gradient, passes: accumulate ? 3 : 2)) {
                if accumulate { gradient.add(contribution) } else { gradient.copy(from: contribution) }
            }
        }
    }

    /// Gives the gradient's memory back; for the record that made the activation, when it is done.
    public func releaseGradient() { gradient = nil }

    private func receivePart(_ write: (Tensor) -> Void) {
        if let parent { return parent.whole.receivePart { write($0.channels(parent.channels)) } }
        if gradient == nil {
            gradient = KernelProfile.measure(.pass("fill", over: tensor, passes: 1)) { Tensor(shape, repeating: 0) }
        }
        if let gradient { write(gradient) }
    }
}
