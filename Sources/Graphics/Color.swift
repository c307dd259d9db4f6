import Foundation

/// A colour in sRGB, with its cover: components 0…1.
public struct Color: Equatable, Sendable {
    /// Part of red.
    public var red: Double
    /// Part of green.
    public var green: Double
    /// Part of blue.
    public var blue: Double
    /// 0 lets everything below through, 1 nothing.
    public var cover: Double

    /// A colour of its parts.
    public init(_ red: Double, _ green: Double, _ blue: Double, cover: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.cover = cover
    }

    /// From black, 0, to white, 1.
    public static func gray(_ value: Double) -> Color { Color(value, value, value) }

    /// White.
    public static let white = gray(1)
    /// Black.
    public static let black = gray(0)

    /// The same colour, more or less transparent.
    public func covering(_ cover: Double) -> Color { Color(red, green, blue, cover: cover) }

    /// Somewhere between this colour (0) and another one (1).
    public func mixed(with other: Color, _ share: Double) -> Color {
        func mix(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
        return Color(
            mix(red, other.red), mix(green, other.green), mix(blue, other.blue), cover: mix(cover, other.cover))
    }

    /// Relative luminance, 0…1. Source: WCAG 2.
    public var luminance: Double {
        func linear(_ value: Double) -> Double {
            value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Black or white, whichever is read better on this colour.
    public var legible: Color {
        // Where the contrast ratios (L + 0.05) / 0.05 and 1.05 / (L + 0.05) are equal.
        luminance > 0.179 ? .black : .white
    }
}

extension Color {
    /// A colour of equal perceived steps. Source: Oklab (Björn Ottosson, 2020), in polar form.
    ///
    /// - Parameters:
    ///   - lightness: 0…1.
    ///   - chroma: 0 is gray; what sRGB cannot show is cut off.
    ///   - hue: in degrees.
    public init(lightness: Double, chroma: Double, hue: Double) {
        let angle = hue * .pi / 180
        let (a, b) = (chroma * cos(angle), chroma * sin(angle))
        let l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
        let m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
        let s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
        func encoded(_ value: Double) -> Double {
            let cut = min(max(value, 0), 1)
            return cut <= 0.0031308 ? 12.92 * cut : 1.055 * pow(cut, 1 / 2.4) - 0.055
        }
        self.init(
            encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
    }
}
