"""What a month costs, by AWS's list prices and measured consumption."""
