/**
 * Bytes of a layer's file that are read and unpacked at a time. Left to itself, `tar` reads 16 MiB and holds all that
 * they unpack to at once, 134 MB for the layer with Node.
 */
export const layerReadSize = 64 * 1024;
