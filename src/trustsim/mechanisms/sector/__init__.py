"""What passes between platforms."""
