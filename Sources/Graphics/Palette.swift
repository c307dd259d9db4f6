/// Colours that tell many things apart.
public enum Palette {
    /// The colour of thing `index`: neighbours differ most, and there are as many as there are things.
    public static func color(_ index: Int) -> Color {
        // Steps of the golden angle never meet; three lightnesses tell apart hues that come close after a while.
        let hue = 262 + Double(index) * 137.50776
        let lightness = [0.62, 0.80, 0.70][index % 3]
        return Color(lightness: lightness, chroma: 0.21, hue: hue.truncatingRemainder(dividingBy: 360))
    }
}
