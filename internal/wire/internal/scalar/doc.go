// Package scalar knows how single values look as text: numbers, booleans,
// base64, and the three notations of time. It holds no state and keeps no
// reference to its input.
package scalar
