/// The view and the air that everything in one scene shares.
struct World {
    let view: View
    let air: Air

    /// A surface that stands on the ground at this row.
    func lit(_ color: Color, at row: Float) -> Color { air.lit(color, depth: view.depth(at: row)) }

    /// A shining thing that stands on the ground at this row.
    func hazed(_ color: Color, at row: Float) -> Color { air.hazed(color, depth: view.depth(at: row)) }
}

/// A thing that can be drawn, at its place from far to near.
protocol Thing {
    /// Row where it meets the ground; far things first.
    var base: Float { get }
    /// The class when it is an object.
    var category: Category? { get }
    /// Paints it over what is there.
    func draw(on canvas: Canvas, in world: World)
}

extension Thing {
    var category: Category? { nil }
}
