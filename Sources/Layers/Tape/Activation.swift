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
    private let place: Place
    private var gradient: Tensor?

    /// Where an activation's gradient is kept.
    private enum Place {
        case own
        /// In a range of another one's.
        case part(of: Activation, Range<Int>)
        /// In another one's, which has the same values.
        case same(as: Activation)
    }

    /// The input of a model; with a tape, what happens to it is recorded. No gradient reaches it.
    public convenience init(_ tensor: Tensor, recordedOn tape: Tape? = nil) {
        self.init(tensor, tape: tape, needsGradient: false, place: .own)
    }

    /// Room for a result that one or several blocks write their channels into.
    ///
    /// - Parameter needsGradient: known already; otherwise blocks that train say so as they write.
    public convenience init(room shape: Shape, recordedOn tape: Tape?, needsGradient: Bool = false) {
        self.init(Tensor(shape), tape: tape, needsGradient: needsGradient && tape != nil, place: .own)
    }

    /// The same values and the same gradient, on another tape.
    convenience init(_ other: Activation, on tape: Tape) {
        self.init(other.tensor, tape: tape, needsGradient: other.needsGradient, place: .same(as: other))
    }

    private init(_ tensor: Tensor, tape: Tape?, needsGradient: Bool, place: Place) {
        self.tensor = tensor
        self.tape = tape
        self.needsGradient = needsGradient
        self.place = place
    }

    /// Extent of the values and of their gradient.
    public var shape: Shape { tensor.shape }

    /// A view of some channels; its gradient is the same view of this activation's gradient.
    public func channels(_ range: Range<Int>) -> Activation {
        Activation(tensor.channels(range), tape: tape, needsGradient: needsGradient, place: .part(of: self, range))
    }

    /// Whether this is the view of these channels of another activation.
    func isView(of whole: Activation, _ range: Range<Int>) -> Bool {
        if case .part(let other, let channels) = place { return other === whole && channels == range }
        return false
    }

    /// Says that something trainable lies behind this activation; for the block that writes into it, before others read.
    func becomeTrainable() {
        needsGradient = true
        switch place {
        case .own: break
        case .part(let whole, _): whole.becomeTrainable()
        case .same(let other): other.becomeTrainable()
        }
    }

    /// The gradient that has arrived, or nil when nothing depends on this activation. The record that made the
    /// activation may overwrite it.
    public var arrivedGradient: Tensor? {
        switch place {
        case .own: gradient
        case .part(let whole, let range): whole.arrivedGradient?.channels(range)
        case .same(let other): other.arrivedGradient
        }
    }

    /// Lets `write` put a contribution to the gradient into a tensor: added to what is there when told so, otherwise
    /// over arbitrary contents.
    public func receive(_ write: (_ gradient: Tensor, _ accumulate: Bool) -> Void) {
        guard needsGradient else { return }
        switch place {
        case .part(let whole, let range): whole.receivePart { write($0.channels(range), true) }
        case .same(let other): other.receive(write)
        case .own:
            if let gradient { return write(gradient, true) }
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

    /// Gives the gradient's memory back; for the record that made the activation, when it is done. A part's goes with
    /// the whole.
    public func releaseGradient() {
        gradient = nil
        if case .same(let other) = place { other.releaseGradient() }
    }

    private func receivePart(_ write: (Tensor) -> Void) {
        switch place {
        case .part(let whole, let range): whole.receivePart { write($0.channels(range)) }
        case .same(let other): other.receivePart(write)
        case .own:
            let target =
                gradient
                ?? KernelProfile.measure(.pass("fill", over: tensor, passes: 1)) { Tensor(shape, repeating: 0) }
            gradient = target
            write(target)
        }
    }
}
