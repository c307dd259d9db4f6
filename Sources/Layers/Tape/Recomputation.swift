import Tensors

/// Runs a part of a model. Where the tape says so, only the part's inputs and its result are kept, and what lies between
/// is computed a second time on the way back (`checkpoint_activations`).
///
/// The second pass normalises with what the first one found out: no statistics are observed or exchanged twice, and all
/// values have the same bits. It writes the result over itself, and gradients go straight to the part's inputs, so that
/// the way back is the same, too.
///
/// Source: Chen et al., "Training deep nets with sublinear memory cost", arXiv:1604.06174.
///
/// - Parameters:
///   - inputs: at least one; everything that the part reads.
///   - destination: room for the result; fresh when nil.
///   - body: the part: inputs, and the room for the result if there is any.
public func recomputing(
    _ inputs: [Activation], into destination: Activation? = nil,
    _ body: @escaping ([Activation], Activation?) -> Activation
) -> Activation {
    guard let tape = inputs[0].tape, tape.recomputes else { return body(inputs, destination) }
    let first = Tape(synchronize: tape.synchronize)
    let result = body(inputs.map { Activation($0, on: first) }, destination.map { Activation($0, on: first) })
    let output = destination ?? Activation(result, on: tape)
    let parameters = first.parameterUses
    first.forget()
    if output.needsGradient {
        tape.record(
            Part(
                inputs: inputs, output: output, body: body, statistics: first.statistics, parameters: parameters,
                synchronize: tape.synchronize))
    }
    return output
}

/// A part of a model, remembered by what goes in and what comes out.
private struct Part: TapeRecord {
    let inputs: [Activation]
    let output: Activation
    let body: ([Activation], Activation?) -> Activation
    let statistics: [LayerStatistics]
    let parameters: [Parameter]
    let synchronize: ((inout [Double]) -> Void)?

    func pull() {
        if output.arrivedGradient == nil { return }
        let second = Tape(synchronize: synchronize, repeating: statistics)
        _ = body(inputs.map { Activation($0, on: second) }, Activation(output, on: second))
        second.backward()
    }
}
